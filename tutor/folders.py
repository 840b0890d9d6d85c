"""Shows a folder in the computer's own file manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def show(folder: Path) -> bool:
    """Ask the file manager to open `folder`, without waiting for it. False where there is none to ask."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606
        return True
    command = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if command is None:
        return False
    quiet = subprocess.DEVNULL
    subprocess.Popen([command, str(folder)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return True
