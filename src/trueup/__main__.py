"""`python -m trueup`: the command line where no script was installed."""

from trueup.cli.main import run

run()
