import itsdangerous
from packaging.utils import canonicalize_name

SIGNER = itsdangerous.Signer('k')


def label(path):
    return canonicalize_name(path.strip('/') or 'unknown')
