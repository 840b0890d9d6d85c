"""One command: the environment, the models, the browser. Standard library only, so that a bare Python can run it.

python3 start.py          set up what is missing and open the tutor
python3 start.py test     set up what the tests need and run them (--all: with real weights and a browser)
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tutor.setup.ending import Ended, endings, run
from tutor.setup.environment import Environment
from tutor.setup.system import (
    LEAST_MEMORY,
    MB,
    check_python,
    check_venv,
    default_home,
    models_ready,
    only_one,
    stop_for,
    total_memory,
)
from tutor.setup.words import Stop, gigabytes, language, say, words

ROOT = Path(__file__).resolve().parent
TEST_HOME = ROOT / ".test-home"
TEST_MODELS = ("smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct", "multilingual-e5-small")
INTERRUPTED, NO_TESTS = 130, 5


def tutor(*arguments: str, held: Sequence[int] = ()) -> int:
    """Run the tutor's own command line in the environment. Raises Ended, when it has ended as well."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    return run([str(Environment(ROOT).python), "-m", "tutor", *arguments], ROOT, {**env, "PYTHONUTF8": "1"}, held)


def open_tutor(options: argparse.Namespace) -> int:
    if total_memory() < LEAST_MEMORY:
        say("memory", have=gigabytes(total_memory() / MB))
    place = Path(options.home).expanduser().absolute() if options.home else default_home()
    home = ["--home", str(place)] if options.home else []
    with only_one(scratch() / "lock") as lock:
        missing = not models_ready(place)
        if Environment(ROOT, [lock]).set_up(test=False, models=missing, light=options.light):
            say("model")
        if options.model:
            bring([model_named(options.model)], home, lock)
        if missing:
            bring(["--light"] if options.light else [], home, lock)
    return tutor(
        "serve",
        *home,
        *(["--language", options.language] if options.language else []),
        *(["--port", str(options.port)] if options.port else []),
        *(["--no-browser"] if options.no_browser else []),
    )


def bring(what: list[str], home: list[str], lock: int) -> None:
    """The model that was asked for, else those that suit this computer. Without any, the tutor opens all the same."""
    status = tutor("models", "get", *what, *home, "--language", language(), held=[lock])
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status != 0:
        say("without_model")


def scratch() -> Path:
    """Where the set-up keeps its lock, its log and, until it is done, its downloads."""
    folder = ROOT / ".setup"
    folder.mkdir(exist_ok=True)
    return folder


def model_named(given: str) -> str:
    """A model's name as it is; a path of this computer made whole, since the tutor runs in its own folder."""
    path = Path(given).expanduser()
    return str(path.resolve()) if path.exists() else given


def run_tests(options: argparse.Namespace, rest: list[str]) -> int:
    with only_one(scratch() / "lock") as lock:
        Environment(ROOT, [lock]).set_up(test=True, models=options.all, light=True)
    check = [str(Environment(ROOT).python), "-m", "pytest", *rest]
    codes = [run(check, ROOT, os.environ)]
    if options.all:
        got = [tutor("models", "get", name, "--home", str(TEST_HOME)) for name in TEST_MODELS]
        env = {**os.environ, "TUTOR_TEST_HOME": str(TEST_HOME)}
        codes.append(run([*check, "-m", "slow", "-rs"], ROOT, env))
        # one at a time: a page that is slow to answer is no person's page
        codes.append(run([*check, "-m", "browser", "-n", "0", "-rs"], ROOT, env))
        codes += [code for code in got if code]
    return outcome(codes)


def outcome(codes: Sequence[int]) -> int:
    """One exit status of several runs of pytest: the first that failed; 5 (no tests) only if no run had any."""
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else (0 if 0 in codes else NO_TESTS)


class Parser(argparse.ArgumentParser):
    """Says what it did not understand in the person's language."""

    def error(self, message: str) -> NoReturn:
        raise Stop("arguments", what=message.partition(": ")[2] or message)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = Parser(
        prog="start.py",
        usage="start.py [test] [...]",
        description=words("help.what"),
        epilog=words("help.test"),
        add_help=False,
        allow_abbrev=False,
    )
    parser._positionals.title, parser._optionals.title = words("help.commands"), words("help.options")
    parser.add_argument("command", nargs="?", choices=["test"], metavar="test", help=words("help.command"))
    parser.add_argument("-h", "--help", action="help", help=words("help.help"))
    parser.add_argument("--no-browser", action="store_true", help=words("help.no_browser"))
    parser.add_argument("--port", type=int, metavar="N", help=words("help.port"))
    parser.add_argument("--model", metavar="M", help=words("help.model"))
    parser.add_argument("--light", action="store_true", help=words("help.light"))
    parser.add_argument("--home", metavar="DIR", help=words("help.home"))
    parser.add_argument("--language", choices=["es", "en"], help=words("help.language"))
    parser.add_argument("--all", action="store_true", help=words("help.all"))
    if arguments[:1] == ["test"]:  # whatever else is said is for pytest
        mine = [word for word in arguments if word in ("test", "--all", "-h", "--help")]
        return parser.parse_args(mine), [word for word in arguments[1:] if word != "--all"]
    return parser.parse_args(arguments), []


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        options, rest = parse(arguments)
        check_python(ROOT / "start.py", arguments)
        check_venv()
        with endings():
            return run_tests(options, rest) if options.command == "test" else open_tutor(options)
    except Stop as stop:
        say("problem", text=words(f"stop.{stop.id}", **stop.values))
    except OSError as error:
        known = stop_for(error, ROOT)
        if known is None:
            raise
        say("problem", text=words(f"stop.{known.id}", **known.values))
    except KeyboardInterrupt as error:
        with suppress(OSError):  # the terminal may be gone
            say("interrupted")
        return 128 + error.number if isinstance(error, Ended) else INTERRUPTED
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
