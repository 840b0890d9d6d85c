"""Who speaks in a chat, who of them answers, and what of it is somebody's words."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Context
from skills.dataset.revise import revise
from skills.errors import BadInput
from skills.load_dataset import LoadInputs, run
from skills.reading.chats import whatsapp
from skills.reading.chats.placeholders import MARK, kind_of
from skills.reading.chats.registry import JSONS, program_of
from skills.reading.conversations import LONGEST, Speakers
from skills.reading.left_out import LeftOut, read_left_out
from skills.reading.load_result import LoadResult
from skills.reading.stamps import STAMPS, Clock, is_day, seconds_of
from skills.training.units import units
from skills.workspace import Row
from tests.corpus_chats import SAID, stamped
from tutor.words import LANGUAGES, Words

TWO_DAYS = (
    "3/2/25, 10:00 - Inés: ¿Dormiste?\n3/2/25, 10:01 - Inés: Yo no\n3/2/25, 10:02 - Ramón: Algo\n"
    "3/2/25, 10:03 - Ramón: Poco\n3/2/25, 10:04 - Inés: Qué pena\n"
    "4/2/25, 9:00 - Ramón: Buen día\n4/2/25, 9:01 - Inés: Hola\n4/2/25, 9:02 - Ramón: Dormí\n"
    "6/2/25, 9:00 - Inés: ¿Estás?\n6/2/25, 9:30 - Inés: Bueno, después hablamos\n"
)


def load(ctx: Context, folder: Path, content: str, name: str = "chat.txt", **more: Any) -> LoadResult:
    path = folder / name
    path.write_text(content, "utf-8")
    return run(LoadInputs(path=path, **more), ctx)


def rows_of(ctx: Context, result: LoadResult) -> list[Row]:
    return list(ctx.workspace.rows(result.dataset))


def turns_of(row: Row) -> list[tuple[str, str]]:
    assert row.turns is not None
    return [(turn.role, turn.content) for turn in row.turns]


# --- who answers ------------------------------------------------------------------------------------------------------


def test_what_one_says_is_what_is_answered(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, TWO_DAYS, me="ramon")
    first, second = rows_of(ctx, result)
    asked = ("user", "¿Dormiste?\nYo no")
    assert turns_of(first) == [asked, ("assistant", "Algo\nPoco"), ("user", "Qué pena")]
    assert turns_of(second) == [("user", "Hola"), ("assistant", "Dormí")]
    assert (result.me, result.documents, first.document, second.document) == ("Ramón", 2, 0, 1)
    kept = read_left_out(ctx.workspace.datasets / result.dataset)
    assert [text for kind, text in kept if kind == "chat_openings"] == ["Buen día"]
    assert [text for kind, text in kept if kind == "chat_unanswered"] == ["¿Estás?", "Bueno, después hablamos"]
    assert {"chat_openings", "chat_unanswered", "chat_stamps"} <= set(result.notices)


def test_without_that_everybody_is_named(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, TWO_DAYS)
    texts = [row.text for row in rows_of(ctx, result)]
    assert texts[1] == "Ramón: Buen día\nInés: Hola\nRamón: Dormí"
    assert (result.documents, result.facts["chat_speakers"]) == (3, 2)
    assert result.alternatives == ({"me": "Inés"}, {"me": "Ramón"}, {"shape": "prose"})


def test_only_what_one_answers_is_graded(ctx: Context, tmp_path: Path) -> None:
    days = [tuple((who, f"{what} ({day})") for who, what in SAID) for day in range(1, 7)]
    content = "".join(stamped(f"{day}/2/25, 18:{{m}} - ", said) for day, said in enumerate(days, start=1))
    found = units(rows_of(ctx, load(ctx, tmp_path, content, me="Ramón")))
    assert [unit.text for unit in found] == ["\n".join(what for who, what in said if who == "Ramón") for said in days]
    assert [unit.prompt for unit in found] == [said[0][1] for said in days]


def test_one_is_chosen_with_a_click_and_left_with_another(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, TWO_DAYS)
    by_name = {offer.inputs.get("me"): offer for offer in result.offers()}
    for language in LANGUAGES:
        assert "Ramón" in Words(language)(by_name["Ramón"].label)
    again = run(LoadInputs.model_validate(by_name["Ramón"].inputs), ctx)
    assert (again.dataset, again.me, again.choices) == (result.dataset, "Ramón", {"me": "Ramón"})
    assert again.alternatives == ({"me": "Inés"}, {"shape": "chat"})
    said = {language: Words(language)(again.blocks()[0].message) for language in LANGUAGES}  # type: ignore[union-attr]
    assert all("Ramón" in words for words in said.values())
    offers = [offer for offer in again.offers() if offer.skill == "load_dataset"]
    back = run(LoadInputs.model_validate(offers[-1].inputs), ctx)
    assert (back.me, rows_of(ctx, back)[0].turns) == (None, None)


def test_the_same_chat_with_the_same_choice_is_known(ctx: Context, tmp_path: Path) -> None:
    first = load(ctx, tmp_path, TWO_DAYS, me="Ramón")
    assert load(ctx, tmp_path, TWO_DAYS, me="RAMON").known
    other = load(ctx, tmp_path, TWO_DAYS, me="Inés")
    assert (other.known, other.dataset != first.dataset) == (False, True)


@pytest.mark.parametrize(
    ("content", "me", "kind"),
    [
        (TWO_DAYS, "Zoe", "speaker"),
        ("3/2/25, 9:00 - Inés: uno\n3/2/25, 9:01 - Inés: dos\n3/2/25, 9:02 - Ramón: tres\n", "Inés", "answers_nobody"),
        ("La tarde cae sobre el patio y nadie la levanta, como todos los días de este verano.", "Inés", "no_speaker"),
        ("autor,texto\nInés,la tarde cae sobre el patio\nInés,y nadie la levanta\n", "Inés", "no_speaker"),
    ],
)
def test_who_does_not_answer_is_not_made_up(ctx: Context, tmp_path: Path, content: str, me: str, kind: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(ctx, tmp_path, content, "x.csv" if content.startswith("autor") else "x.txt", me=me)
    assert refused.value.values["kind"] == kind
    for language in LANGUAGES:
        assert me in " ".join(Words(language).error(refused.value).values())
    assert not ctx.workspace.manifests()


def test_an_interview_without_hours_has_somebody_who_answers_too(ctx: Context, tmp_path: Path) -> None:
    talk = "\n\n".join(f"Periodista: ¿Cómo fue el año {i}?\n\nMarta: Fue largo.\nMuy largo, el {i}." for i in range(6))
    (row,) = rows_of(ctx, load(ctx, tmp_path, talk, me="marta"))
    assert turns_of(row)[:2] == [("user", "¿Cómo fue el año 0?"), ("assistant", "Fue largo.\nMuy largo, el 0.")]


def test_a_long_conversation_goes_on_in_another_row(ctx: Context, tmp_path: Path) -> None:
    said = "".join(
        f"3/2/25, {10 + i // 60}:{i % 60:02} - {'Inés' if i % 2 else 'Ramón'}: frase {i}\n" for i in range(100)
    )
    rows = rows_of(ctx, load(ctx, tmp_path, said, me="Inés"))
    assert [len(row.turns or ()) for row in rows] == [LONGEST, LONGEST, LONGEST, 100 - 3 * LONGEST]
    assert all(turns_of(row)[0][0] == "user" for row in rows)
    assert {row.document for row in rows} == {0}


def test_of_many_those_are_offered_who_are_everywhere() -> None:
    speakers = Speakers()
    for other in range(9):
        speakers.meet({f"amiga {other}": 5, "Inés": 7, None: 2})
    assert speakers.offered() == ["Inés"]
    crowd = Speakers()
    crowd.meet({f"vecina {i}": 1 for i in range(9)})
    assert crowd.offered() == []


def test_a_chat_that_was_cleaned_can_be_read_again(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, TWO_DAYS)
    revise(ctx.workspace, result.dataset, "short", 1, rows_of(ctx, result)[:1])
    again = run(LoadInputs(file=result.dataset, me="Inés"), ctx)
    assert (again.me, again.notices[0]) == ("Inés", "read_again_changes")


def test_several_chats_are_one_data_set_with_one_who_answers(ctx: Context, tmp_path: Path) -> None:
    paths = [tmp_path / "con Inés.txt", tmp_path / "con Zoe.txt"]
    paths[0].write_text(TWO_DAYS, "utf-8")
    paths[1].write_text(TWO_DAYS.replace("Inés", "Zoe"), "utf-8")
    result = run(LoadInputs(paths=tuple(paths), me="Ramón"), ctx)
    rows = rows_of(ctx, result)
    assert (result.me, [row.title for row in rows]) == ("Ramón", ["con Inés"] * 2 + ["con Zoe"] * 2)
    assert [row.document for row in rows] == [0, 1, 2, 3]


def test_what_is_left_out_is_told_in_words(ctx: Context, tmp_path: Path) -> None:
    codes = re.findall(r"^  (chat_\w+):", Path("tutor/messages/es/load_dataset.yaml").read_text("utf-8"), re.MULTILINE)
    notices = [code for code in codes if code != "chat_me"]
    assert len(notices) >= 12
    for language in LANGUAGES:
        words = Words(language)
        for code in notices:
            for n in (1, 1234):
                assert words(f"load_dataset.notices.{code}", n=n, names="Inés")


# --- when and by whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        (("1/2/25", "2/2/25", "15/2/25"), (24, 312)), (("2/1/25", "2/2/25", "2/15/25"), (24, 312)),
        (("2025-02-01", "2025-02-02", "2025-02-15"), (24, 312)), (("25/2/1", "25/2/2", "25/2/28"), (24, 624)),
        (("31.1.2025", "1.2.2025", "2.2.2025"), (24, 24)), (("12/31/24", "1/1/25", "1/2/25"), (24, 24)),
        (("Feb 1, 2025", "Feb 2, 2025", "Mar 1, 2025"), (24, 648)), (("1 de feb. de 2025", "2 de feb. de 2025"), (24,)),
        (("2025年2月1日", "2025年2月2日"), (24,)), (("1 gener 2025", "2 gener 2025", "3 gener 2025"), (24, 24)),
    ],
)  # fmt: skip
def test_days_are_told_from_months_by_the_chat_itself(days: tuple[str, ...], hours: tuple[int, ...]) -> None:
    found = [match for day in days if (match := STAMPS[1].match(f"{day}, 10:00 - Inés: hola"))]
    clock = Clock(match["day"] for match in found)
    seen = [clock.at(match) for match in found]
    assert None not in seen
    assert tuple((b - a) / 3600 for a, b in pairwise(seen)) == hours  # type: ignore[operator]


@pytest.mark.parametrize(
    ("hour", "half", "expected"),
    [
        ("9:05", "", 9), ("9:05", "p. m.", 21), ("12:05", "AM", 0), ("12:05", "PM", 12), ("9.05", "", 9),
        ("9:05", "오후", 21), ("9:05", "下午", 21), ("9:05", "π.μ.", 9), ("9:05", "μ.μ.", 21),
        ("9:05 PM", "", 21), ("21:05", "Uhr", 21),
    ],
)  # fmt: skip
def test_hours_of_both_halves_of_the_day(hour: str, half: str, expected: int) -> None:
    assert seconds_of(hour, half) == expected * 3600 + 300


@pytest.mark.parametrize(
    "line", ["Lunes 3/2/2025", "Mon, Jan 6, 2025", "Thu, Jan 9", "miércoles 11/9", "3 de febrero de 2025"]
)
def test_a_day_alone_on_its_line(line: str) -> None:
    assert is_day(line)


@pytest.mark.parametrize("line", ["canto 3", "frase 12", "eran 11 sillas y 3 mesas", "3/2/2025 llovió", "1984", ""])
def test_what_is_no_day(line: str) -> None:
    assert not is_day(line)


@pytest.mark.parametrize(
    "line",
    ["2025-02-03 10:00:00 the server started", "3/2/25 entré las sillas", "Marta 3:16 y entró", "[nota al pie] 10:00",
     "a las 18:00 - puntual - llegó", "12/3 tazas de harina: tamizar", "1. 2. 3. probando"],
)  # fmt: skip
def test_what_is_no_stamp(line: str) -> None:
    assert whatsapp.reader([line] * 9) is None


# --- whose words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<Multimedia omitido>", "chat_media"), ("imagen omitida", "chat_media"), ("Sticker omitted", "chat_media"),
        ("Se eliminó este mensaje.", "chat_deleted"), ("This message was deleted by admin Rae", "chat_deleted"),
        ("Llamada perdida", "chat_calls"), ("https://maps.google.com/?q=1,2", "chat_shared"),
        ("Los mensajes y las llamadas están cifrados de extremo a extremo. Nadie más puede leerlos.", "chat_notices"),
        ("Me pasó algo: se eliminó este mensaje", None), ("¿Videollamada?", None), ("<3", None), ("<risas>", None),
        ("Mirá https://maps.google.com/?q=1,2 qué cerca", None), ("la imagen omitida de mi infancia", None),
        ("Mensajes que nadie lee", None), ("(con voz de locutor)", None), ("Lista:\npan\nleche (2 litros)", None),
    ],
)  # fmt: skip
def test_what_the_program_writes_and_what_people_do(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind
    left = LeftOut()
    assert whatsapp.words_of(text, left) == ("" if kind else text)
    assert dict(left) == ({kind: 1} if kind else {})


def test_what_the_program_marks_as_its_own_needs_no_language() -> None:
    left = LeftOut()
    assert whatsapp.words_of(f"{MARK}Valami, amit senki sem írt", left) == ""
    assert whatsapp.words_of(f"{MARK}@Nora vení", left) == "@Nora vení"
    assert whatsapp.words_of("", left) == ""
    assert dict(left) == {"chat_notices": 1, "chat_media": 1}


# --- files that are not as they should be -----------------------------------------------------------------------------

STRANGE: tuple[Any, ...] = (None, 7, True, "x", [], {}, [None], [[1]], {"a": None}, [{"text": None}])
EXPORTS: tuple[Any, ...] = (
    {"name": "x", "messages": [{"type": "message", "date": "2025-02-03T10:00:00", "from": "a", "text": "uno"}]},
    {"title": "x", "messages": [{"sender_name": "a", "timestamp_ms": 1738600000000, "content": "uno"}]},
    {
        "channel": {"name": "x"},
        "messages": [{"author": {"name": "a"}, "timestamp": "2025-02-03T10:00:00", "content": "u"}],
    },
    [{"type": "message", "user": "a", "ts": "1738600000.1", "text": "uno"}],
    [
        {
            "title": "x",
            "mapping": {"r": {"parent": None, "message": {"author": {"role": "user"}, "content": {"parts": ["u"]}}}},
        }
    ],
    [{"name": "x", "chat_messages": [{"uuid": "1", "sender": "human", "text": "uno", "content": []}]}],
    {"messages": [{"sender": "a", "timestamp": 1, "text": "uno"}, {"sender": "b", "timestamp": 2, "text": "dos"}]},
)


def spoilt(data: Any) -> list[Any]:
    """The same with one value, somewhere, that should not be there."""
    if isinstance(data, dict):
        inside = [{**data, key: bad} for key in data for bad in (*STRANGE, *spoilt(data[key]))]
        return [*inside, *({k: v for k, v in data.items() if k != key} for key in data)]
    return (
        [[*data[:i], bad, *data[i + 1 :]] for i in range(len(data)) for bad in spoilt(data[i])]
        if isinstance(data, list)
        else []
    )


@pytest.mark.parametrize("export", EXPORTS, ids=range(len(EXPORTS)))
def test_a_strange_value_in_an_export_does_no_harm(export: Any) -> None:
    program = program_of(export)
    assert program is not None
    assert [said.text for talk in program.talks([export], LeftOut(), None) for said in talk.said][:1] in (
        ["uno"],
        ["u"],
    )
    for data in spoilt(export):
        for known in JSONS:
            if known.knows(data):
                said = [each for talk in known.talks([data, None], LeftOut(), None) for each in talk.said]
                assert all(isinstance(each.text, str) and isinstance(each.who, str | None) for each in said)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_an_export_that_was_cut_off_is_said_to_be(ctx: Context, tmp_path: Path, cut: float) -> None:
    whole_ = json.dumps(
        {"messages": [{"sender_name": w, "timestamp_ms": i, "content": t} for i, (w, t) in enumerate(SAID)]}
    )
    path = tmp_path / "message_1.json"
    path.write_text(whole_[: int(cut * len(whole_))], "utf-8")
    assert "json_cut" in run(LoadInputs(path=path), ctx).notices


@pytest.mark.slow
def test_a_million_messages_are_read_in_a_minute_or_so(ctx: Context, tmp_path: Path) -> None:
    lines = (
        f"{i // 400 % 28 + 1}/{i // 11_200 % 12 + 1}/{20 + i // 134_400}, {8 + i // 60 % 14}:{i % 60:02} - "
        f"{'Inés' if i % 2 else 'Ramón'}: entré las sillas {i} veces\n" for i in range(1_000_000)
    )  # fmt: skip
    (tmp_path / "x.txt").write_text("".join(lines), "utf-8")
    began = time.process_time()
    result = run(LoadInputs(path=tmp_path / "x.txt", me="Inés"), ctx)
    assert result.facts["chat_stamps"] == 1_000_000
    assert time.process_time() - began < 60
