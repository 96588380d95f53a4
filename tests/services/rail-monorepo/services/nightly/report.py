import sys


def main():
    sys.stdout.write('nothing late\n')


main()
