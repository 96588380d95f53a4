"""Jenkinsfiles by stage."""

from trueup.merge._strategy import Strategy
from trueup.text.groovy import Groovy

STRATEGY = Strategy('Jenkinsfile', ('Jenkinsfile', 'Jenkinsfile.*', '*.groovy'), Groovy(), whole=True)
