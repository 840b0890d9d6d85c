"""`python -m tutor` does what `tutor` does."""

import sys

from tutor.cli import main

sys.exit(main())
