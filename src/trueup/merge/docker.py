"""Dockerfiles by instruction, and by word inside one."""

from trueup.merge._strategy import Strategy
from trueup.text.docker import Docker

STRATEGY = Strategy(
    'Dockerfile', ('Dockerfile', 'Dockerfile.*', '*.dockerfile', 'Containerfile'), Docker(), whole=True, both=True
)
