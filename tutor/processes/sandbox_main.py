"""The process of a skill that reads a file nobody vouches for: limited memory and time, gone afterwards."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from typing import Any

from tutor.limits import Limits, limit_self


def main() -> None:
    """One request as JSON on standard input, events as JSON lines on standard output."""
    asked: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_self(Limits(**asked["limits"]))
    threading.Thread(target=_end_with_the_server, daemon=True).start()

    from pathlib import Path

    from skills.contract import Context, Event
    from skills.workspace import Workspace
    from tutor.failures import failed
    from tutor.processes.execute import execute, find_skill
    from tutor.processes.worker_main import claim_stdout

    out = claim_stdout()

    def emit(event: Event) -> None:
        with suppress(BrokenPipeError):
            out.write(event.model_dump_json().encode() + b"\n")
            out.flush()

    ctx = Context(
        workspace=Workspace(Path(asked["home"])),
        language=asked["language"],
        tokenizers={name: Path(folder) for name, folder in asked["tokenizers"].items()},
    )
    try:
        skill = find_skill(asked["skill"], asked["source"])
    except Exception as error:
        emit(failed(error, ctx.workspace.home))
        return
    execute(skill, asked["inputs"], ctx, emit)


def _end_with_the_server() -> None:
    """Whoever asked keeps the standard input open: when they are gone, nobody waits for the answer or looks at the
    limits. What is half imported has no name yet."""
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    main()
