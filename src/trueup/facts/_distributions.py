"""Which distributions give which import names, as far as the two differ; and what comes along with what.

Source: the metadata (`top_level.txt`, `Requires-Dist`) of the distributions named here. The first one is the likely one.
"""

from __future__ import annotations

import sys

from trueup.facts._requirements import normalise

GIVEN_BY: dict[str, tuple[str, ...]] = {
    'Bio': ('biopython',),
    'Crypto': ('pycryptodome', 'pycrypto'),
    'Cryptodome': ('pycryptodomex',),
    'Levenshtein': ('levenshtein', 'python-levenshtein'),
    'MySQLdb': ('mysqlclient', 'mysql-python'),
    'OpenSSL': ('pyopenssl',),
    'PIL': ('pillow', 'pillow-simd'),
    'attr': ('attrs',),
    'bs4': ('beautifulsoup4',),
    'community': ('python-louvain',),
    'consul': ('python-consul', 'python-consul2'),
    'corsheaders': ('django-cors-headers',),
    'crispy_forms': ('django-crispy-forms',),
    'cv2': ('opencv-python', 'opencv-python-headless', 'opencv-contrib-python', 'opencv-contrib-python-headless'),
    'dateutil': ('python-dateutil',),
    'debug_toolbar': ('django-debug-toolbar',),
    'decouple': ('python-decouple',),
    'django_filters': ('django-filter',),
    'dns': ('dnspython',),
    'docx': ('python-docx',),
    'dotenv': ('python-dotenv',),
    'environ': ('django-environ', 'environ-config'),
    'faiss': ('faiss-cpu', 'faiss-gpu'),
    'ffmpeg': ('ffmpeg-python',),
    'fitz': ('pymupdf',),
    'fluent': ('fluent-logger',),
    'git': ('gitpython',),
    'github': ('pygithub',),
    'gitlab': ('python-gitlab',),
    'googleapiclient': ('google-api-python-client',),
    'grpc': ('grpcio',),
    'grpc_health': ('grpcio-health-checking',),
    'grpc_reflection': ('grpcio-reflection',),
    'grpc_tools': ('grpcio-tools',),
    'haystack': ('haystack-ai', 'farm-haystack', 'django-haystack'),
    'hydra': ('hydra-core',),
    'igraph': ('igraph', 'python-igraph'),
    'imblearn': ('imbalanced-learn',),
    'jose': ('python-jose',),
    'jwt': ('pyjwt',),
    'kafka': ('kafka-python', 'kafka-python-ng'),
    'keras': ('keras', 'tensorflow', 'tensorflow-cpu', 'tensorflow-gpu'),
    'ldap': ('python-ldap',),
    'lightning': ('lightning', 'pytorch-lightning'),
    'magic': ('python-magic', 'python-magic-bin'),
    'mlflow': ('mlflow', 'mlflow-skinny'),
    'mpl_toolkits': ('matplotlib',),
    'multipart': ('python-multipart', 'multipart'),
    'nacl': ('pynacl',),
    'onmt': ('opennmt-py',),
    'open_clip': ('open-clip-torch',),
    'opentelemetry': ('opentelemetry-api', 'opentelemetry-sdk'),
    'past': ('future',),
    'pkg_resources': ('setuptools',),
    'pl_bolts': ('lightning-bolts',),
    'psycopg2': ('psycopg2', 'psycopg2-binary'),
    'pylab': ('matplotlib',),
    'pptx': ('python-pptx',),
    'pythonjsonlogger': ('python-json-logger',),
    'pywintypes': ('pywin32',),
    'rdkit': ('rdkit', 'rdkit-pypi'),
    'rest_framework': ('djangorestframework',),
    'ruamel': ('ruamel-yaml',),
    'serial': ('pyserial',),
    'skimage': ('scikit-image',),
    'sklearn': ('scikit-learn', 'sklearn', 'scikit-learn-intelex'),
    'slugify': ('python-slugify', 'unicode-slugify'),
    'snappy': ('python-snappy',),
    'socketio': ('python-socketio',),
    'speech_recognition': ('speechrecognition',),
    'storages': ('django-storages',),
    'telegram': ('python-telegram-bot',),
    'tensorflow': (
        'tensorflow',
        'tensorflow-cpu',
        'tensorflow-gpu',
        'tensorflow-macos',
        'intel-tensorflow',
        'tf-nightly',
    ),
    'tlz': ('toolz', 'cytoolz'),
    'torch': ('torch', 'pytorch'),
    'umap': ('umap-learn',),
    'usb': ('pyusb',),
    'whisper': ('openai-whisper',),
    'win32api': ('pywin32',),
    'xgboost': ('xgboost', 'xgboost-cpu'),
    'yaml': ('pyyaml',),
    'zmq': ('pyzmq',),
}
SHARED = {'google', 'azure', 'zope', 'sphinxcontrib', 'jaraco', 'backports', 'ruamel', 'paste', 'aws_cdk', 'airflow'}
"""Namespaces that many distributions fill: `google.cloud.storage` is of `google-cloud-storage`."""
BRINGS: dict[str, tuple[str, ...]] = {
    'aiohttp': ('yarl', 'multidict', 'attrs'),
    'boto3': ('botocore',),
    'fastapi': ('starlette', 'pydantic', 'typing-extensions'),
    'flask': ('werkzeug', 'jinja2', 'click', 'markupsafe', 'itsdangerous'),
    'keras': ('numpy', 'h5py'),
    'lightgbm': ('numpy', 'scipy', 'scikit-learn'),
    'matplotlib': ('numpy', 'pillow', 'python-dateutil'),
    'mlflow': ('pandas', 'numpy', 'scikit-learn', 'pyyaml', 'requests', 'flask'),
    'opencv-python': ('numpy',),
    'pandas': ('numpy', 'python-dateutil', 'pytz'),
    'pydantic': ('typing-extensions', 'pydantic-core'),
    'requests': ('urllib3', 'certifi', 'idna'),
    'scikit-learn': ('numpy', 'scipy', 'joblib', 'threadpoolctl'),
    'scipy': ('numpy',),
    'sklearn': ('numpy', 'scipy', 'joblib', 'threadpoolctl'),
    'spacy': ('numpy', 'requests', 'pydantic', 'tqdm'),
    'starlette': ('anyio',),
    'tensorflow': ('numpy', 'keras', 'protobuf', 'six', 'h5py', 'grpcio', 'requests'),
    'torchvision': ('torch', 'numpy', 'pillow'),
    'transformers': ('numpy', 'tqdm', 'requests', 'pyyaml', 'packaging', 'huggingface-hub', 'tokenizers'),
    'uvicorn': ('click', 'h11'),
    'xgboost': ('numpy', 'scipy'),
}
"""What a distribution has required in all its recent versions."""
OLD = frozenset(
    'BaseHTTPServer CGIHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer StringIO Tkinter '
    'UserDict UserList __builtin__ asynchat asyncore binhex cPickle cStringIO commands compiler cookielib copy_reg '
    'distutils dummy_thread exceptions formatter htmlentitydefs httplib imp md5 mimetools new parser popen2 robotparser '
    'sets sha smtpd symbol thread tkMessageBox urllib2 urlparse xmlrpclib'.split()
)
"""Modules of the standard library of older Pythons."""


def is_standard(name: str) -> bool:
    """Whether a top-level name is of the standard library of some Python."""
    return name in sys.stdlib_module_names or name in OLD


def candidates(source: str) -> tuple[str, ...]:
    """Distributions that may give an import, the likely one first."""
    top, *below = source.split('.')
    if top in SHARED and below:
        if source.startswith('google.protobuf'):
            return ('protobuf',)
        parts = [normalise('-'.join([top, *below[:size]])) for size in range(min(len(below), 3), 0, -1)]
        likely = parts[min(1, len(parts) - 1)] if top == 'google' and below[0] == 'cloud' else parts[-1]
        return tuple(dict.fromkeys([likely, *parts, *GIVEN_BY.get(top, ())]))
    return GIVEN_BY.get(top, (normalise(top),))
