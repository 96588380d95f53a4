"""`python -m trueup`."""

from trueup.cli.start import run

if __name__ == '__main__':
    run()
