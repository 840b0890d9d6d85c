"""Skills that read files nobody vouches for, each in a limited process of its own, seen from the server."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from skills.contract import ENDINGS, EVENTS, Event, Failed, Language
from skills.errors import OutOfMemory, TookTooLong
from tutor.failures import died
from tutor.limits import Limits, kill_tree, memory_kills, own_group, python, watch
from tutor.lm.installed import tokenizers
from tutor.settings import Settings, child_env

LINE = 64 * 1024 * 1024
"""Longest line from a child, in bytes: a result with its blocks is one line."""


async def sandboxed(
    skill: str,
    inputs: Mapping[str, Any],
    language: Language,
    settings: Settings,
    limits: Limits | None = None,
    source: str = "skills",
) -> AsyncGenerator[Event, None]:
    """The events of a skill in a limited process of its own, the ending last. Closing the iterator ends it."""
    limits = limits or Limits()
    with tempfile.TemporaryFile() as errors:
        kills = memory_kills()
        alone = dataclasses.replace(settings, threads=1)  # each thread of a numerical library takes address space
        process = await spawn("tutor.processes.sandbox_main", settings=alone, errors=errors)
        watching = asyncio.create_task(watch(process.pid, limits))
        try:
            asked = {"skill": skill, "inputs": dict(inputs), "language": language, "home": str(settings.home)}
            asked |= {"limits": dataclasses.asdict(limits), "source": source}
            folders = tokenizers(settings.home, settings.workbench_model)
            asked |= {"tokenizers": {name: str(folder) for name, folder in folders.items()}}
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(asked, default=str).encode() + b"\n")
            async for line in process.stdout:
                event = EVENTS.validate_json(line)
                yield event
                if isinstance(event, ENDINGS):
                    return
            code, passed = await process.wait(), await watching
            errors.seek(0)
            output = errors.read()[-4000:].decode("utf-8", "replace")
            if passed == "seconds":
                yield Failed(code=TookTooLong.code, values={"seconds": limits.seconds})
            elif passed == "memory":
                yield Failed(code=OutOfMemory.code)
            else:
                yield died(settings.home, f"the sandbox of {skill}", code, output, memory_kills() > kills)
        finally:
            watching.cancel()
            if process.returncode is None:
                kill_tree(process.pid)
                await process.wait()


async def spawn(module: str, *given: str, settings: Settings, errors: Any) -> asyncio.subprocess.Process:
    """Start one of our modules with pipes to it, apart from the terminal; `errors` is where its error output goes."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return await asyncio.create_subprocess_exec(
        *python(module, *given),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=errors,
        cwd=settings.home,
        env=child_env(settings),
        limit=LINE,
        **own_group(),
    )
