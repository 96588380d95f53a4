"""YAML by key and list identity."""

from trueup.merge._strategy import Strategy
from trueup.text.yaml import Yaml

STRATEGY = Strategy('YAML', ('*.yaml', '*.yml', '.yamllint'), Yaml())
