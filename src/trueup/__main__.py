"""`python -m trueup`."""

from trueup.cli.main import run

if __name__ == '__main__':
    run()
