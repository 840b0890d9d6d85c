"""Every message that code asks for is there, ids put together in code included; every message there is is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.declared_ids import DECLARED, text_of
from tests.kinds import ROOT, sources
from tests.message_ids import called, ids
from tutor.words import LANGUAGES, catalogue

pytestmark = pytest.mark.slow
FILES = {id.split(".")[0] for id in catalogue("es")}
PUT_TOGETHER = re.compile(rf"(?:{'|'.join(sorted(FILES))})\.")
NO_IDS = {"tutor.nlu.router", "skills.texts.compose", "skills.export.gguf_tokenizer", "tutor.dialogue.quiz"}
"""Modules where what looks like an id is a file's name, a field's or a question's."""
ELSEWHERE = ("tutor/setup", "tutor/ui/chat.py", "tutor/ui/assets", "tutor/lm/catalogue.yaml", "curriculum")
"""Where messages are asked for besides the code that is read here."""


@cache
def put_together() -> tuple[tuple[str, ast.expr, frozenset[str]], ...]:
    """(where, expression, what it can be) of every message id that is put together; `*` for what nobody knows."""
    found = []
    for source in sources():
        for node in ast.walk(source.tree):
            if (id := id_of(node)) is not None and source.name not in NO_IDS:
                where = f"{source.path.relative_to(ROOT)}:{id.lineno}"
                found.append((where, id, ids(source.name, id)))
    return tuple(found)


def id_of(node: ast.AST) -> ast.expr | None:
    """What is given to `msg`, unless it is written out; an f-string that begins as a message does."""
    if isinstance(node, ast.Call) and called(node) == "msg" and not isinstance(node.args[0], ast.Constant):
        return node.args[0]
    return node if isinstance(node, ast.JoinedStr) and PUT_TOGETHER.match(text_of(node)) else None


def pattern(id: str) -> re.Pattern[str]:
    return re.compile(re.escape(id).replace(r"\*", r"[\w.-]+"))


def test_ids_put_together_are_messages() -> None:
    known = catalogue("es")
    assert len(put_together()) > 100
    missing = [
        f"{where}: {id}" for where, _, found in put_together() for id in found if "*" not in id and id not in known
    ]
    assert not missing, "no such message; or, if it can't be that, say in tests/declared_ids.py what it can be"


def test_what_cannot_be_followed_is_declared() -> None:
    known = catalogue("es")
    open_ = [(where, node, id) for where, node, found in put_together() for id in found if "*" in id]
    bare = {
        f"{where}: {text_of(node)}" for where, node, id in open_ if text_of(node) not in DECLARED and not _inside(id)
    }
    assert sorted(bare) == [], "say in tests/declared_ids.py what these can be"
    lost = {f"{where}: {id}" for where, _, id in open_ if not any(pattern(id).fullmatch(each) for each in known)}
    assert sorted(lost) == [], "no message is like these"


def _inside(id: str) -> bool:
    """Whether what is not known of an id is a declared part of it."""
    return any(id.endswith(re.sub(r"\{.*?\}", "*", text)) for text in DECLARED if "{" in text)


def test_what_is_declared_is_still_there() -> None:
    there = {
        text_of(node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr | ast.Attribute)
    }
    assert DECLARED.keys() - there == set()


def asked_for() -> Iterator[str | re.Pattern[str]]:
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    for _, _, found in put_together():
        yield from (pattern(id) if "*" in id else id for id in found)


def test_every_message_is_asked_for() -> None:
    asked = set(asked_for())
    patterns = [each for each in asked if isinstance(each, re.Pattern)]
    left = {id for id in catalogue("es").keys() - asked if not any(each.fullmatch(id) for each in patterns)}
    for place in ELSEWHERE:
        paths = [ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.*")
        text = "\n".join(path.read_text("utf-8") for path in paths if path.suffix in (".py", ".js", ".yaml", ".md"))
        left = {id for id in left if id not in text}
    assert sorted(left) == [], "nobody asks for these messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_of_messages_is_empty(language: str) -> None:
    assert {id.split(".")[0] for id in catalogue(language)} == FILES  # type: ignore[arg-type]
