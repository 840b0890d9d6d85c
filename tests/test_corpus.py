"""The corpus lands as its authors expect, shapes are right on 95 % of it, and hostile files do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from skills import skill
from skills.blocks import Notice, Text
from skills.contract import Context, Done, Failed
from skills.errors import UserError
from skills.load_dataset import LoadInputs, run
from skills.reading.load_result import LoadResult
from tests.corpus import Case, cases
from tests.corpus_chats import chats
from tests.corpus_hard import hard
from tests.corpus_hostile import hostile
from tests.corpus_json import json_cases
from tests.corpus_mail import mail_cases
from tests.corpus_markup import markup_cases
from tests.corpus_notes import note_cases
from tests.corpus_pdf import printed, refused
from tests.corpus_plain import plain_cases
from tests.corpus_plays import neither, plays, stored_plays
from tests.corpus_poem_files import stored_poems
from tests.corpus_poems import poems
from tests.corpus_tables import tables
from tutor.limits import Limits
from tutor.processes.sandbox import sandboxed
from tutor.settings import Settings
from tutor.words import LANGUAGES, Words

MARKED = [*mail_cases(), *markup_cases()]
VERSES = [*poems(), *stored_poems(), *plays(), *stored_plays(), *neither()]
OTHERS = [*chats(), *VERSES, *printed(), *(case for case in MARKED if not case.error)]
CASES = [*cases(), *OTHERS]
EACH = 6
"""One in so many of the many cases of a kind is tried each time, the others with the slow tests."""
QUICK = [case for case in (*cases(), *OTHERS[::EACH]) if not case.slow]


def land(case: Case, ctx: Context, folder: Path) -> LoadResult:
    path = folder / "x"
    path.write_bytes(case.make())
    return run(LoadInputs(path=path, name=case.name), ctx)


def agree(case: Case, result: LoadResult, ctx: Context) -> None:
    for fact in ("shape", "rows", "language", "encoding", "documents"):
        expected = getattr(case, fact)
        assert expected is None or getattr(result, fact) == expected, f"{fact}: {getattr(result, fact)}, not {expected}"
    assert set(case.notices) <= set(result.notices)
    rows = list(ctx.workspace.rows(result.dataset))
    whole = "\n".join(row.whole for row in rows)
    assert case.has is None or case.has in whole
    assert case.lacks is None or case.lacks not in whole
    documents = [row.document for row in rows]
    assert None not in documents
    assert documents == sorted(documents)  # type: ignore[type-var]
    assert result.documents == len(set(documents))
    assert result.characters == sum(len(row.whole) for row in rows)


def test_the_corpus_is_large_enough() -> None:
    assert len({case.name for case in CASES}) >= 40


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_a_file_lands_as_its_author_expects(case: Case, ctx: Context, tmp_path: Path) -> None:
    agree(case, land(case, ctx, tmp_path), ctx)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case not in QUICK], ids=lambda case: case.name)
def test_a_large_file_lands_as_its_author_expects(case: Case, ctx: Context, tmp_path: Path) -> None:
    agree(case, land(case, ctx, tmp_path), ctx)


def test_what_is_said_of_a_file_can_be_said(ctx: Context, tmp_path: Path) -> None:
    for case in QUICK[::4]:
        result = land(case, ctx, tmp_path)
        messages = [block.message for block in result.blocks() if isinstance(block, Text | Notice)]
        messages += [offer.label for offer in result.offers()]
        assert all(Words(language)(message) for language in LANGUAGES for message in messages)
        for offer in result.offers():
            skill(offer.skill).Inputs.model_validate(offer.inputs)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*json_cases(), *note_cases()], ids=lambda case: case.name)
def test_json_lands_as_its_author_expects(case: Case, ctx: Context, tmp_path: Path) -> None:
    meet(case, ctx, tmp_path)


TABLES = list(tables())


@pytest.mark.slow
@pytest.mark.parametrize("case", TABLES, ids=lambda case: case.name)
def test_a_table_lands_as_its_author_expects(case: Case, ctx: Context, tmp_path: Path) -> None:
    meet(case, ctx, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", list(plain_cases()), ids=lambda case: case.name)
def test_plain_text_lands_as_its_author_expects(case: Case, ctx: Context, tmp_path: Path) -> None:
    meet(case, ctx, tmp_path)


# --- hostile files ----------------------------------------------------------------------------------------------------

HOSTILE = [*hostile(), *refused(), *(case for case in MARKED if case.error)]
BIG = ("bomba", "seis mil", "saltos", "guiones", "comillas", "ancha")
SMALL = [case for case in HOSTILE if not case.name.startswith(BIG)]


def meet(case: Case, ctx: Context, folder: Path) -> None:
    """It is refused for the right reason, or lands as expected; `*`: whichever, as long as it is one of the two."""
    refused = None
    try:
        result = land(case, ctx, folder)
    except UserError as error:
        refused = error
    if refused is not None:
        assert case.error in ("*", refused.values.get("kind"), refused.code)
    else:
        assert case.error in (None, "*")
        if case.error is None:
            agree(case, result, ctx)
    outside = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert outside <= {"x", "home"}
    left = ctx.workspace.datasets.iterdir() if ctx.workspace.datasets.exists() else ()
    assert not [path for path in left if path.name.startswith(".")]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_a_hostile_file_is_refused_or_inert(case: Case, ctx: Context, tmp_path: Path) -> None:
    meet(case, ctx, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
async def test_a_hostile_file_ends_in_time_and_within_its_memory(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.make())
    settings = Settings(home=tmp_path / "home")
    events = sandboxed("load_dataset", {"path": str(path)}, "es", settings, Limits(memory=1_000_000_000, seconds=20))
    ending = [event async for event in events][-1]
    if isinstance(ending, Failed):
        assert ending.code in ("file_unreadable", "file_empty", "file_too_large")
    else:
        assert isinstance(ending, Done)
        assert case.error in (None, "*")


@pytest.mark.slow
def test_shapes_are_right_on_nearly_all(ctx: Context, tmp_path: Path) -> None:
    judged = [case for case in (*CASES, *hard()) if case.shape]
    wrong = [case.name for case in judged if land(case, ctx, tmp_path).shape != case.shape]
    assert len(wrong) <= 0.05 * len(judged), wrong
