"""`python -m guidance`: see `guidance.cli.main`."""

import sys

from guidance.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
