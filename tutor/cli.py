"""`tutor ...`: the commands, their words, and how what went wrong is told and signalled.

Exit status: 0, 2 for what a person can mend (`UserError`), 70 for a defect, 130 for Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.version import VERSION

if TYPE_CHECKING:
    from skills.contract import Language
    from skills.errors import UserError
    from tutor.words import Words

USER_ERROR, DEFECT, INTERRUPTED = 2, 70, 130


def main(argv: Sequence[str] | None = None, source: str = "skills", engines: str = "tutor.lm") -> int:
    """Run one command and return the exit status. `source` and `engines`: where skills and models are looked up."""
    given = list(sys.argv[1:] if argv is None else argv)
    os.umask(0o077)  # what is written is its owner's: texts, models, logs
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if given == ["--version"]:
        print(f"tutor {VERSION}")
        return 0

    from skills.errors import UserError
    from tutor.failures import Defect, failed, raised
    from tutor.settings import default_home
    from tutor.words import Words

    words = Words(chosen_language(given))
    home = default_home()
    try:
        args, unknown = build_parser(words).parse_known_args(given)
        if unknown:
            _refuse(unknown[0], args)
        home = Path(args.home) if getattr(args, "home", None) else home
        args.source, args.engines = source, engines
        return int(args.act(args, words))
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except UserError as error:
        tell_error(error, words, as_json="--json" in given)
        return DEFECT if isinstance(error, Defect) else USER_ERROR
    except Exception as error:
        ending = failed(error, home)
        told = raised(ending.code, ending.values)
        tell_error(told, words, as_json="--json" in given)
        return DEFECT if isinstance(told, Defect) else USER_ERROR


def chosen_language(argv: Sequence[str]) -> Language:
    """The language of `--language`, else of the system; Spanish where the system does not say."""
    for i, word in enumerate(argv):
        value = word.partition("=")[2] if word.startswith("--language=") else "".join(argv[i + 1 : i + 2])
        if word.startswith("--language") and value in ("es", "en"):
            return "es" if value == "es" else "en"
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    named = named or locale.getlocale()[0] or ""
    unsaid = named.split(".")[0] in ("", "C", "POSIX")
    return "es" if unsaid or named.lower().startswith(("es", "spanish")) else "en"


def tell_error(error: UserError, words: Words, as_json: bool) -> None:
    """What happened, why and what now: for a person on the error output, for a program on the last line of output."""
    told = words.error(error)
    if as_json:
        print(json.dumps({"ok": False, "error": {"code": error.code} | told}, ensure_ascii=False))
        return
    print("\n".join(part for part in told.values() if part), file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """A parser that speaks the learner's language and raises what it did not understand as a UserError."""

    def __init__(self, *, words: Words, **given: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **given)
        self._usage_word = words("cli.usage") + " "
        self._positionals.title = words("cli.positionals")
        self._optionals.title = words("cli.options")
        self.add_argument("-h", "--help", action="help", help=words("cli.option.help"))

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", self._usage_word, 1)

    def error(self, message: str) -> Any:
        from tutor.terminal.runs import BadCommand

        raise BadCommand(command=self.prog, problem=message)


def _refuse(word: str, args: argparse.Namespace) -> None:
    """A word that no command takes. Raises BadCommand; of a skill, with how its inputs are given."""
    from tutor.terminal.runs import BadCommand

    option, equals, value = word.partition("=")
    named = option.startswith("--") and hasattr(args, "skill")
    kind = "set" if named else "option" if option.startswith("-") else None
    raise BadCommand(
        command=f"tutor run {args.skill}" if named else "tutor", problem=word, kind=kind, option=option,
        name=option.lstrip("-"), value=value if equals else "…",
    )  # fmt: skip


def build_parser(words: Words) -> argparse.ArgumentParser:
    """All commands; each parser's `act` is the function that does it, with `(args, words)`."""
    from functools import partial

    parser = Parser(words=words, prog="tutor", description=words("cli.about"))
    parser.set_defaults(act=lambda args, words: _welcome(parser, words))
    parser.add_argument("--version", action="version", version=f"tutor {VERSION}", help=words("cli.option.version"))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", metavar="DIR", help=words("cli.option.home"))
    common.add_argument("--language", choices=("es", "en"), help=words("cli.option.language"))
    commands: Any = parser.add_subparsers(
        title=words("cli.commands"),
        metavar=words("cli.command_word"),
        prog="tutor",
        parser_class=partial(Parser, words=words),  # type: ignore[call-overload]
    )
    for name, act, fill in (("serve", _serve, _fill_serve), ("run", _run, _fill_run), ("runs", _runs, _fill_runs)):
        text = words(f"cli.command.{name}")
        one = commands.add_parser(name, parents=[common], help=text, description=text)
        fill(one, words)
        one.set_defaults(act=act)
    _add_models(commands, common, words)
    course = commands.add_parser("course", help=words("cli.command.course"), description=words("cli.command.course"))
    what = {
        "choices": ("check", "record", "ears", "more-ears", "reader"),
        "metavar": "check|record|ears|more-ears|reader",
        "help": words("cli.argument.course"),
    }
    course.add_argument("what", **what)
    course.add_argument("--home", help=words("cli.option.home"))
    course.add_argument("--language", choices=("es", "en"), help=words("cli.option.language"))
    course.set_defaults(act=_course)
    _add_eval(commands, common, words)
    return parser


def _add_eval(commands: Any, common: argparse.ArgumentParser, words: Words) -> None:
    text = words("cli.command.eval")
    parser = commands.add_parser("eval", parents=[common], help=text, description=text)
    kinds = ("routing", "questions", "out-of-scope", "fishing", "answers", "document", "conversations")
    parser.add_argument("kind", choices=kinds, metavar="|".join(kinds), help=words("cli.argument.kind"))
    parser.add_argument("file", metavar="FILE", type=Path, help=words("cli.argument.set"))
    parser.add_argument("--errors", action="store_true", help=words("cli.option.errors"))
    parser.add_argument("--json", metavar="OUT", type=Path, help=words("cli.option.json_out"))
    parser.set_defaults(act=_eval)


def _fill_serve(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--port", type=int, help=words("cli.option.port"))
    parser.add_argument("--no-browser", action="store_true", help=words("cli.option.no_browser"))
    parser.add_argument("--endpoint", metavar="URL", help=words("cli.option.endpoint"))
    parser.add_argument("--endpoint-model", metavar="NAME", help=words("cli.option.endpoint_model"))


def _fill_run(parser: argparse.ArgumentParser, words: Words) -> None:
    import skills

    parser.epilog = words("cli.skills", known=", ".join(skills.NAMES))
    parser.add_argument("skill", metavar="SKILL", help=words("cli.argument.skill"))
    parser.add_argument("files", metavar="FILE", nargs="*", help=words("cli.argument.file"))
    parser.add_argument(
        "--set", dest="values", metavar="KEY=VALUE", action="append", default=[], help=words("cli.option.set")
    )
    parser.add_argument("--json", action="store_true", help=words("cli.option.json"))


def _fill_runs(parser: argparse.ArgumentParser, words: Words) -> None:
    from tutor.terminal.runs import RUN_COMMANDS

    parser.add_argument("what", choices=RUN_COMMANDS, metavar="|".join(RUN_COMMANDS), help=words("cli.argument.what"))
    parser.add_argument("run", metavar="RUN", nargs="?", help=words("cli.argument.run"))
    parser.add_argument("--json", action="store_true", help=words("cli.option.json"))


def _add_models(commands: Any, common: argparse.ArgumentParser, words: Words) -> None:
    from tutor.settings import build_settings
    from tutor.terminal import models as models

    models.add_parser(commands, words, parents=[common])
    parser = commands.choices["models"]
    parser.set_defaults(
        act=lambda args, words: models.run(args, words, build_settings(getattr(args, "home", None)).home)
    )


def _welcome(parser: argparse.ArgumentParser, words: Words) -> int:
    print(words("cli.welcome"))
    print()
    print(parser.format_help())
    return 0


def _serve(args: argparse.Namespace, words: Words) -> int:
    from tutor.settings import build_settings
    from tutor.ui import serve

    chosen = {"endpoint": args.endpoint, "endpoint_model": args.endpoint_model}
    settings = build_settings(args.home, port=args.port, language=args.language, **chosen)
    return serve.main(settings, not args.no_browser, terminal=words.language) or 0


def _run(args: argparse.Namespace, words: Words) -> int:
    from tutor.terminal.runs import run_skill

    return run_skill(args, words)


def _runs(args: argparse.Namespace, words: Words) -> int:
    from tutor.terminal.runs import run_command

    return run_command(args, words)


def _course(args: argparse.Namespace, words: Words) -> int:
    if args.what == "record":
        return _record(args)
    if args.what in ("ears", "more-ears", "reader"):
        return _tune(args)
    from tutor.authoring.check import check
    from tutor.settings import ROOT

    mistakes = check(ROOT / "curriculum", words.language)
    for mistake in mistakes:
        print(f"{mistake.file}:{mistake.line}: {mistake.text}")
    print(words("cli.course_mistakes", n=len(mistakes)) if mistakes else _answers(ROOT / "curriculum", words))
    return USER_ERROR if mistakes else 0


def _answers(folder: Path, words: Words) -> str:
    """That the course is right, and how many answers its bank has."""
    from collections import Counter

    from tutor.course.files import load_course

    counts = Counter(answer.topic for answer in load_course(folder).answers)
    if not counts:
        return words("cli.course_right")
    least, few = min(counts.items(), key=lambda pair: pair[1])
    return words("cli.course_answers", n=counts.total(), topics=len(counts), least=least, few=few)


def _eval(args: argparse.Namespace, words: Words) -> int:
    from skills.errors import FileMissing
    from tutor.authoring.eval.command import as_json, as_text, evaluate
    from tutor.settings import build_settings
    from tutor.terminal.runs import BadCommand

    try:
        found = evaluate(args.kind, args.file, build_settings(args.home).home, args.errors)
    except OSError:
        raise FileMissing(name=str(args.file), known="") from None
    except (ValueError, KeyError) as error:
        raise BadCommand(command="tutor eval", problem=f"{args.file}: {error}") from error
    print(as_text(found))
    if args.json:
        args.json.write_text(as_json(found), "utf-8")
    return 0


def _tune(args: argparse.Namespace) -> int:
    from tutor.authoring import ears, reader
    from tutor.settings import build_settings

    home = build_settings(args.home).home
    if args.what == "more-ears":
        ears.extend(home, print)
    else:
        (ears.train if args.what == "ears" else reader.train)(home, print)
    return 0


def _record(args: argparse.Namespace) -> int:
    import asyncio

    from tutor.authoring.record import record
    from tutor.settings import build_settings

    asyncio.run(record(build_settings(args.home), print))
    return 0


if __name__ == "__main__":
    sys.exit(main())
