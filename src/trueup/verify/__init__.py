"""Before and after of a service: what ran before must run after.

`snapshot` looks at a folder (and, at level `tests`, installs and runs what is in a copy of it); `compare` is pure.
"""

from trueup.verify._compare import compare
from trueup.verify._model import Install, Level, OpenApi, Snapshot, TestResult, TestRun, VerifyOptions
from trueup.verify._snapshot import snapshot

__all__ = [
    'Install', 'Level', 'OpenApi', 'Snapshot', 'TestResult', 'TestRun', 'VerifyOptions', 'compare', 'snapshot',
]  # fmt: skip
