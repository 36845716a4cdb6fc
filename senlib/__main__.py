"""`python -m senlib`: the command line where the installed command is not on the path."""

from senlib.serve.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
