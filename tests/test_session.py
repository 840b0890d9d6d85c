"""Scripted conversations from end to end: the express route, questions in the middle, stops, restarts, errors."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from skills.blocks import Table
from skills.errors import OutOfMemory
from skills.export.kept import ExportCard, exports_folder, finish
from skills.export.kept import kept as exported
from skills.model.piece_tokenizer import keep, kept
from skills.workspace import Workspace
from tests.conversation import Conversation
from tests.test_models_choice import put
from tutor.authoring.eval.scripted import RunsInMemory
from tutor.course.model import Choice, Course, Do, Number, Open, Order
from tutor.dialogue import my_data
from tutor.dialogue.context import Called
from tutor.dialogue.free_text import as_button
from tutor.dialogue.requests import situation
from tutor.learner.events import Moved, RunStarted
from tutor.lm import llama_check
from tutor.lm.hardware import processor_name
from tutor.lm.installed import find
from tutor.lm.llama_check import Verdict
from tutor.turn import Button, Chosen, Farewell, Intent, Reload, Said

CURRICULUM = Path(__file__).parent.parent / "curriculum"
VERSES = "\n\n".join(
    f"Canta el gallo en la mañana {n},\nsube el humo del fogón,\nviene el viento de la pampa\ny se lleva mi canción."
    for n in range(60)
)


async def begin(talk: Conversation) -> None:
    await talk.opens()
    await talk.clicks(talk.buttons[0].label)
    await talk.clicks(talk.buttons[0].label)


async def at_rest(talk: Conversation) -> None:
    """In the middle of a lesson, where there is nothing to do but to go on."""
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "readiness"}))
    await to_step(talk, "figures")


async def to_step(talk: Conversation, step: str) -> None:
    """Go on by the shortest way until the present lesson is at `step`."""
    for _ in range(40):
        if talk.dialogue.memory.step == step:
            return
        await talk.acts(Intent(name="next"))
    raise AssertionError(f"never came to {step}")


def key(talk: Conversation, item: str) -> Any:
    """The right answer to an item of the course."""
    found = talk.dialogue.course.items[item]
    match found:
        case Choice():
            return sorted(found.right) if found.format == "multiple" else next(iter(found.right))
        case Number():
            return str(found.answer)
        case Order():
            return list(found.order)
        case Open():
            return found.expectations[0].accept[talk.dialogue.language][0]
        case Do():
            raise AssertionError("done by running a skill")


# --- the whole route --------------------------------------------------------------------------------------------------

FINE_TUNED = {
    "run": "x", "base": "b", "dataset": "d", "documents": 60, "heldout_documents": 6, "tokens": 900, "steps": 12,
    "seconds": 200.0, "base_loss": 4.0, "tuned_loss": 3.0, "base_bpc": 2.5, "tuned_bpc": 1.9, "ngram_bpc": 2.3,
    "best_step": 12, "longest_copy": 5, "verdict": "learnt", "adapter": "runs/x/adapter",
}  # fmt: skip


async def walk(talk: Conversation, tmp_path: Path) -> list[str]:
    """Through the express route as a learner would, by clicks, typing and one upload; the lessons in order."""
    verses = tmp_path / "coplas.txt"
    verses.write_text(VERSES, "utf-8")
    await begin(talk)
    visited: list[str] = []
    for _ in range(300):
        memory = talk.dialogue.memory
        if memory.machine.phase == "summary" and memory.lesson == "decide":
            return visited
        if memory.lesson and memory.lesson not in visited:
            visited.append(memory.lesson)
        for run, status in talk.runs.runs.items():
            if status.state == "running":
                pairs = FINE_TUNED if status.skill == "fine_tune" else {"run": run, "seconds": 3.0, "count": 3}
                talk.runs.finish(run, pairs)
        step = talk.dialogue.step
        if memory.open_item and memory.open_item.gap:
            await talk.acts(Intent(name="next"))
        elif memory.open_item:
            await talk.answers(key(talk, memory.open_item.item))
        elif step and step.kind == "bring" and talk.dialogue.memory.dataset is None:
            await talk.uploads(verses)
        elif step and step.kind == "predict" and talk.dialogue.at(step.id) not in memory.predicted:
            number = step.format == "number"
            await (
                talk.clicks(talk.buttons[0].label) if step.format == "choice" else talk.types("7" if number else "mano")
            )
        else:
            await talk.acts(Intent(name="next"))
        last = talk.said[-1]
        assert last.tone != "error", last.text
        assert sum(button.main for button in talk.buttons) <= 1, talk.buttons
        assert talk.buttons or last.item, f"no way on at {memory.lesson}/{memory.step}"
    raise AssertionError(f"the route did not end; at {talk.dialogue.memory.lesson}/{talk.dialogue.memory.step}")


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("model", [True, False])
async def test_the_express_route_from_end_to_end(tmp_path: Path, course: Course, language: Any, model: bool) -> None:
    talk = Conversation(tmp_path / "home", course, language, model)
    visited = await walk(talk, tmp_path)
    assert visited == list(course.routes["express"])
    assert all(talk.dialogue.progress.lesson_state(lesson) != "todo" for lesson in course.routes["express"])
    words = sum(len(said.text.split()) for said in talk.said)
    assert words > 1000
    for _ in range(2):
        await talk.acts(Intent(name="next"))
        assert talk.said[-1].tone != "error", "after the route's last lesson there is a way on, however often asked"
    unfilled = [said.text for said in talk.said if "{" in said.text]
    assert not unfilled


async def test_musa_says_at_most_ninety_words_before_the_learner_acts(tmp_path: Path, course: Course) -> None:
    talk = Conversation(tmp_path / "home", course)
    await walk(talk, tmp_path)
    longest = max((said for said in talk.said if said.tone == "lesson"), key=lambda said: len(said.text.split()))
    assert len(longest.text.split()) <= 105, longest.text  # the title of a lesson comes on top


# --- asking in the middle ---------------------------------------------------------------------------------------------


async def test_a_question_in_the_middle_leads_back_to_the_open_item(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    item = talk.item
    await talk.types("pará, ¿qué era un token?")
    answered, again = talk.said[-2:]
    assert answered.tone == "aside"
    assert "1.3" in answered.source
    assert again.item
    assert again.item.submission == item.submission
    assert talk.dialogue.memory.machine.overlay is None
    assert talk.dialogue.memory.step == "check"


async def test_a_question_stays_what_is_open_after_something_was_shown_in_between(talk: Conversation) -> None:
    """What is typed then may be its answer: the router has to know."""
    await at_rest(talk)
    assert situation(talk.dialogue, "none").state is None
    talk.dialogue.last = Called(skill="summarize")
    assert (here := situation(talk.dialogue, "none")).state == "result"
    assert here.before == "summarize"
    await talk.acts(Intent(name="start_lesson", args={"lesson": "next-word"}))
    await to_step(talk, "check")
    talk.dialogue.last = Called(skill="summarize")
    assert situation(talk.dialogue, "open_item").state == "item"


async def test_the_model_never_changes_progress(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    talk.dialogue.model_name = "scripted"
    talk.worker.the_chat.replies = ["Tu respuesta es correcta y pasaste la lección."]  # type: ignore[union-attr]
    before = talk.dialogue.progress
    await talk.types("¿qué es un token?")
    assert talk.dialogue.progress.known == before.known
    assert "pasaste" not in " ".join(said.text for said in talk.said)


async def test_what_is_not_known_is_said(talk: Conversation) -> None:
    await at_rest(talk)
    await talk.types("¿quién ganó el mundial de 1986?")
    assert "inventar" in talk.text or "una sola cosa" in talk.text


async def test_explaining_again_goes_through_other_ways(talk: Conversation) -> None:
    await at_rest(talk)
    await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    first = talk.text
    await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    assert talk.text != first


# --- answers ----------------------------------------------------------------------------------------------------------


async def test_a_wrong_answer_is_explained_without_giving_the_key(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    item = talk.dialogue.course.items[talk.item.item]
    assert isinstance(item, Choice)
    wrong = next(option for option in item.options if option.misconception)
    await talk.answers(wrong.id)
    assert talk.verdict.outcome == "wrong"
    assert talk.verdict.right == ()
    assert talk.verdict.feedback == wrong.why.es
    await talk.clicks("Pensarla otra vez")
    await talk.answers(next(iter(item.right)))
    assert talk.verdict.outcome == "correct"


async def test_a_submission_counts_once(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    submission = talk.item.submission
    await talk.answers(key(talk, talk.item.item), submission)
    known = talk.dialogue.progress.known
    await talk.answers(key(talk, talk.item.item), submission)
    assert talk.dialogue.progress.known == known


async def test_typed_answers_are_the_options_as_they_are_shown(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    shown = [option for option, _ in talk.item.options]
    await talk.types(str(shown.index(key(talk, talk.item.item)) + 1))
    assert talk.verdict.outcome == "correct"


async def test_no_card_carries_the_key(tmp_path: Path, course: Course) -> None:
    talk = Conversation(tmp_path / "home", course)
    await walk(talk, tmp_path)
    for said in talk.said:
        if said.item:
            assert set(said.item.model_dump()) == {"item", "submission", "format", "stem", "options", "hint"}


async def test_after_three_misses_an_example_and_on(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    item = talk.dialogue.course.items[talk.item.item]
    assert isinstance(item, Choice)
    wrong = next(option.id for option in item.options if option.misconception)
    for _ in range(3):
        await talk.answers(wrong)
        if "Pensarla otra vez" in [b.label for b in talk.buttons]:
            await talk.clicks("Pensarla otra vez")
    examples = talk.dialogue.course.concepts[item.concept].example_for(talk.dialogue.memory.profile)
    assert examples[0].es in talk.text


async def test_showing_the_answer_counts_nothing(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    concept = talk.dialogue.course.items[talk.item.item].concept
    await talk.clicks("Mostrame la respuesta")
    assert talk.dialogue.progress.known[concept].successes == ()


async def test_a_quiz_has_gaps_from_the_learners_text(talk: Conversation, tmp_path: Path) -> None:
    text = tmp_path / "diario.txt"
    text.write_text(
        "La cooperativa compró una prensa de vino en marzo. La prensa llegó rota desde Mendoza. "
        "El mecánico la arregló con piezas de un tractor. Ahora la cooperativa vende vino en tres pueblos. "
        "La municipalidad prometió un camino nuevo para el invierno. Nadie sabe si el camino llegará a tiempo.",
        "utf-8",
    )
    await begin(talk)
    await talk.uploads(text)
    await talk.types("preguntame")
    asked = 0
    while talk.dialogue.memory.open_item and asked < 8:
        gap = talk.dialogue.memory.open_item.gap
        if gap:
            assert "____" in talk.item.stem
            right = next(id for id, option in talk.item.options if option == gap.answer)
            await talk.answers(right)
            assert talk.verdict.outcome == "correct"
        else:
            await talk.answers(key(talk, talk.item.item))
        asked += 1
    assert asked >= 3
    assert any(said.item and said.item.item.startswith("gap.") for said in talk.said)


# --- texts and skills -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [("foto.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 64), ("vacio.txt", b""), ("nota.docx", b"PK\x03\x04" + b"\0" * 64)],
)
async def test_a_file_that_cannot_be_read_is_told_in_words(
    talk: Conversation, tmp_path: Path, name: str, content: bytes
) -> None:
    await begin(talk)
    path = tmp_path / name
    path.write_bytes(content)
    await talk.uploads(path)
    assert talk.said[-1].tone == "error"
    assert "Traceback" not in talk.text
    assert talk.dialogue.memory.dataset is None
    await talk.types("dale")
    assert talk.said[-1].tone == "lesson"


async def test_several_files_of_one_drop_are_one_text(talk: Conversation, tmp_path: Path) -> None:
    await begin(talk)
    files = [tmp_path / name for name in ("uno.txt", "dos.txt", "foto.jpg")]
    for path in files[:2]:
        path.write_text(VERSES.replace("1", path.stem), "utf-8")
    files[2].write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 64)
    await talk.uploads(*files)
    (manifest,) = talk.dialogue.workspace.manifests()
    assert (manifest.id, manifest.documents) == (talk.dialogue.memory.dataset, 2)
    assert manifest.facts["left_out_names"] == "foto.jpg"


async def test_a_pasted_text_is_a_text(talk: Conversation) -> None:
    await begin(talk)
    await talk.types(VERSES)
    assert talk.dialogue.memory.dataset
    manifest = talk.dialogue.workspace.find(talk.dialogue.memory.dataset)
    assert manifest.shape == "verse"
    assert manifest.rows == 60


async def test_free_text_becomes_a_skill_with_its_arguments(talk: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "cuentos.txt"
    path.write_text(VERSES, "utf-8")
    await at_rest(talk)
    await talk.uploads(path)
    await talk.types("resumí cuentos.txt en dos frases")
    passages = [block for said in talk.said for block in said.blocks if block.kind == "passages"]
    assert len(passages[-1].passages) == 2


async def test_a_skill_without_a_text_asks_for_one(talk: Conversation) -> None:
    await begin(talk)
    await talk.types("resumí mi texto")
    assert any(button.intent.args.get("sample") for button in talk.buttons)


async def test_what_is_not_built_yet_is_said(talk: Conversation) -> None:
    await at_rest(talk)
    await talk.acts(Intent(name="measure_footprint"))
    assert "todavía no" in talk.text


@pytest.mark.slow
async def test_a_program_that_ends_at_any_moment_comes_back_to_where_it_was(tmp_path: Path, course: Course) -> None:
    """Killed after every single event of the route; among them are those that a skill of a step stands between."""
    home, whole = tmp_path / "home", tmp_path / "whole.db"
    talk = Conversation(home, course)
    await walk(talk, tmp_path)
    ids = [event.id for event in talk.store.events()]
    talk.store.close()
    shutil.copyfile(home / "learner.db", whole)
    runs = dict(talk.runs.runs)
    assert len(ids) > 150
    for id in ids:
        shutil.copyfile(whole, home / "learner.db")
        with closing(sqlite3.connect(home / "learner.db")) as database:
            database.execute("DELETE FROM events WHERE id > ?", (id,))
            database.commit()
        talk.runs.runs = dict(runs)
        again = Conversation(home, course, runs=talk.runs)
        lesson = again.dialogue.memory.lesson
        await again.opens()
        last = again.said[-1]
        assert last.tone != "error", (id, last.text)
        assert again.buttons or last.item, id
        assert again.dialogue.memory.lesson == lesson or again.dialogue.memory.machine.phase == "present", id
        again.store.close()


async def test_a_log_that_says_that_a_skill_runs_opens(tmp_path: Path, course: Course) -> None:
    """Version 0.1.0 wrote it down before the skill ran; killed in the middle, it never opened again."""
    talk = Conversation(tmp_path / "home", course)
    await begin(talk)
    await to_step(talk, "bet")
    for phase in ("present", "skill"):
        talk.store.append(Moved(phase=phase, overlay=None, lesson="next-word", step="see"))
    talk.store.close()
    again = Conversation(tmp_path / "home", course)
    await again.opens()
    assert again.said[-1].tone == "lesson"
    assert again.buttons
    again.store.close()


async def test_a_defect_is_a_sentence_with_a_reference_and_the_conversation_goes_on(talk: Conversation) -> None:
    await begin(talk)
    talk.worker.broken["predict_next"] = RuntimeError("boom")
    await to_step(talk, "bet")
    await talk.types("mano")
    assert talk.said[-1].tone == "error"
    assert "boom" not in talk.text
    talk.worker.broken.clear()
    await talk.types("¿qué es un token?")
    assert talk.said[-1].tone == "aside"


async def test_writing_something_else_leaves_what_goes_on(talk: Conversation) -> None:
    await begin(talk)
    talk.worker.slow.add("predict_next")
    await to_step(talk, "bet")
    running = asyncio.create_task(talk.types("mano"))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(talk.types("¿qué es un token?"), 20)
    await running
    assert [said.tone for said in talk.said[-2:]] == ["error", "aside"]
    talk.worker.slow.clear()
    await talk.types("dale")
    assert talk.said[-1].tone == "lesson"


async def test_an_error_of_a_skill_offers_to_try_again(talk: Conversation) -> None:
    await begin(talk)
    talk.worker.broken["predict_next"] = OutOfMemory()
    await to_step(talk, "bet")
    await talk.types("mano")
    assert talk.said[-1].tone == "error"
    talk.worker.broken.clear()
    await talk.clicks("Probar otra vez")
    assert talk.said[-1].tone == "lesson"


# --- runs -------------------------------------------------------------------------------------------------------------


async def trained(talk: Conversation) -> str:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "fine-tune"}))
    for _ in range(30):
        if talk.runs.runs:
            return next(iter(talk.runs.runs))
        if talk.dialogue.memory.open_item:
            await talk.answers(key(talk, talk.dialogue.memory.open_item.item))
        await talk.acts(Intent(name="next"))
    raise AssertionError("no training was begun")


async def test_a_run_that_ends_by_itself_is_told_once(talk: Conversation) -> None:
    run = await trained(talk)
    assert talk.session._ended_runs() == []
    talk.runs.finish(run, FINE_TUNED)
    told = talk.session._ended_runs()
    assert len(told) == 1
    assert isinstance(told[0], Said)
    assert talk.session._ended_runs() == []


PAIRS = [
    {"prompt": f"p{n}", "base": f"antes {n}", "tuned": f"ahora {n}", "reference": None, "order": order}
    for n, order in enumerate((["base", "tuned"], ["tuned", "base"], ["base", "tuned"], ["tuned", "base"]))
]


async def compared(talk: Conversation, training: str, pairs: list[dict[str, Any]], seed: int = 0) -> str:
    """A blind comparison that has just ended: its first pair is shown."""
    run = await talk.runs.start("compare_models", {}, "es")
    talk.dialogue.record(RunStarted(at="/compare_models", run=run, skill="compare_models"))
    result = {"run": training, "other": "base", "blind": True, "pairs": pairs, "base": "b", "seed": seed}
    talk.runs.finish(run, result)
    talk.shown += talk.session._ended_runs()
    return run


async def votes(talk: Conversation, pairs: list[dict[str, Any]], sides: list[str]) -> None:
    for pair, side in zip(pairs, sides, strict=True):
        place = 2 if side == "same" else pair["order"].index(side)
        await talk.acts(talk.buttons[place].intent)


async def test_a_model_is_examined_without_naming_a_text(talk: Conversation) -> None:
    await begin(talk)
    assert talk.dialogue.memory.dataset is None
    await talk.acts(Intent(name="evaluate_model"))
    (run,) = talk.runs.runs
    assert talk.runs.status(run).skill == "evaluate_model"
    assert talk.said[-1].blocks[0].title.id == "chat.card.evaluate_model"  # type: ignore[union-attr]


async def test_a_blind_comparison_hides_the_names_until_the_last_vote(talk: Conversation) -> None:
    training = await trained(talk)
    talk.runs.finish(training, FINE_TUNED)
    run = await compared(talk, training, PAIRS)
    for pair in PAIRS:
        columns = talk.said[-1].blocks[0].columns  # type: ignore[union-attr]
        assert [column.text for column in columns] == [pair[side] for side in pair["order"]]
        assert {column.role for column in columns} == {"plain"}
        await talk.acts(talk.buttons[pair["order"].index("tuned")].intent)
    assert "tu modelo en 4 de 4" in talk.text
    assert "una de cada 16" in talk.text
    assert "son pocos votos" not in talk.text or "indicio" in talk.text
    cast = talk.dialogue.memory.votes[run]
    await talk.acts(Intent(name="vote", args={"run": run, "pair": 0, "side": "base"}))
    assert talk.dialogue.memory.votes[run] == cast


async def test_votes_are_counted_over_all_comparisons_of_the_same_two(talk: Conversation) -> None:
    training = await trained(talk)
    talk.runs.finish(training, FINE_TUNED)
    other = [pair | {"tuned": pair["tuned"] + ", otra vez", "seed": 9} for pair in PAIRS]
    await compared(talk, training, PAIRS)
    await votes(talk, PAIRS, ["tuned", "tuned", "base", "same"])
    assert "2 de 4" in talk.text
    assert "Puede ser suerte" in talk.text
    assert "Sumando" not in talk.text
    await compared(talk, training, other)
    await votes(talk, other, ["tuned", "tuned", "tuned", "tuned"])
    assert "Sumando las 2 comparaciones, elegiste el tuyo 6 veces de 8" in talk.text
    assert "6 de 7 o más salen solo una de cada 16" in talk.text
    await compared(talk, training, PAIRS, seed=1)  # the very same texts again: judged anew, not counted twice
    await votes(talk, PAIRS, ["tuned", "tuned", "tuned", "tuned"])
    assert "Sumando las 2 comparaciones, elegiste el tuyo 8 veces de 8" in talk.text
    assert "Difícil que sea suerte" in talk.text


async def test_the_tally_outlives_a_restart(talk: Conversation, course: Course, tmp_path: Path) -> None:
    training = await trained(talk)
    talk.runs.finish(training, FINE_TUNED)
    await compared(talk, training, PAIRS)
    await votes(talk, PAIRS, ["tuned", "base", "tuned", "same"])
    again = Conversation(tmp_path / "home", course, runs=talk.runs)
    assert again.dialogue.memory.judged == talk.dialogue.memory.judged
    assert len(again.dialogue.memory.judged[f"{training} base"]) == 4


async def test_a_comparison_waits_its_turn_while_a_model_trains(talk: Conversation) -> None:
    run = await trained(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "compare"}))
    await to_step(talk, "blind")
    assert talk.said[-1].tone == "error"
    assert list(talk.runs.runs) == [run]
    talk.runs.finish(run, FINE_TUNED)
    await talk.clicks("Probar otra vez")
    assert len(talk.runs.runs) == 2


async def test_stopping_asks_what_to_do_with_the_run(talk: Conversation) -> None:
    run = await trained(talk)
    await talk.types("pará el entrenamiento")
    await talk.clicks("Parar y guardar lo aprendido")
    assert talk.runs.asked == [(run, "stop")]


async def test_the_lesson_goes_on_while_the_model_trains(talk: Conversation) -> None:
    await trained(talk)
    before = talk.dialogue.memory.step
    await talk.acts(Intent(name="next"))
    assert talk.dialogue.memory.step != before
    assert talk.said[-1].tone == "lesson"


# --- coming back ------------------------------------------------------------------------------------------------------


async def test_a_restart_is_at_the_same_step_with_the_same_question(
    talk: Conversation, course: Course, tmp_path: Path
) -> None:
    await begin(talk)
    await to_step(talk, "check")
    before = talk.dialogue.memory
    talk.store.close()
    again = Conversation(tmp_path / "home", course)
    assert again.dialogue.memory == before
    assert again.dialogue.progress == talk.dialogue.progress
    await again.opens()
    assert again.item.submission == before.open_item.submission  # type: ignore[union-attr]
    assert "Hola de nuevo" in " ".join(said.text for said in again.said)


async def test_a_restart_finds_the_run(talk: Conversation, course: Course, tmp_path: Path) -> None:
    run = await trained(talk)
    talk.store.close()
    runs = RunsInMemory(talk.worker)
    runs.runs = {run: talk.runs.runs[run].model_copy(update={"state": "interrupted"})}
    again = Conversation(tmp_path / "home", course, runs=runs)
    await again.opens()
    cards = [block for said in again.said for block in said.blocks if block.kind == "progress"]
    assert cards[0].run == run
    assert "se cortó" in again.said[0].text


async def test_opening_an_old_page_while_the_program_lives_repeats_nothing(talk: Conversation) -> None:
    await begin(talk)
    assert [shown async for shown in talk.session.resumed()] == []


# --- controls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["b", "2", "la segunda", "Doy clases"])
async def test_buttons_can_be_typed(talk: Conversation, typed: str) -> None:
    """The session says which button it took, so that the page marks that one and no other."""
    await talk.opens()
    shown = await talk.types(typed)
    assert shown[0] == Chosen(intent=Intent(name="profile", args={"profile": "teacher"}))
    assert talk.dialogue.memory.profile == "teacher"
    await talk.types("el camino corto")
    assert talk.dialogue.memory.route == "express"


def test_where_words_are_awaited_a_number_or_a_letter_is_no_button() -> None:
    buttons = tuple(Button(label=label, intent=Intent(name=label)) for label in ("Seguir", "Saltear"))
    for typed in ("2", "b", "la segunda"):
        assert as_button(buttons, typed, numbered=False) is None
        assert as_button(buttons, typed, numbered=True) == buttons[1]
    assert as_button(buttons, "¡saltear!", numbered=False) is None
    assert as_button(buttons, "saltear.", numbered=False) == buttons[1]


async def test_every_phase_offers_a_way_on(talk: Conversation) -> None:
    await begin(talk)
    for name in ("help", "progress", "privacy", "delete_data", "stop", "go_to"):
        await talk.acts(Intent(name=name))
        assert talk.buttons, name
    await talk.acts(Intent(name="back_to_lesson"))
    assert talk.dialogue.memory.machine.overlay is None


async def test_the_language_changes_and_stays(talk: Conversation, course: Course, tmp_path: Path) -> None:
    await begin(talk)
    shown = await talk.acts(Intent(name="change_language"))
    assert isinstance(shown[-1], Reload)
    assert talk.session.language == "en"
    talk.store.close()
    assert Conversation(tmp_path / "home", course).session.language == "en"


async def test_quitting_says_goodbye(talk: Conversation) -> None:
    await begin(talk)
    shown = await talk.acts(Intent(name="quit"))
    assert isinstance(shown[-1], Farewell)


@pytest.mark.slow
async def test_deleting_is_asked_twice_and_done(talk: Conversation) -> None:
    await begin(talk)
    await talk.types(VERSES)
    await talk.acts(Intent(name="delete_data"))
    await talk.clicks("texto pegado.txt")
    await talk.clicks("Borrar")
    assert len(talk.dialogue.workspace.manifests()) == 1
    keep(talk.dialogue.workspace, talk.dialogue.memory.dataset or "", "coplas.txt", "bpe", tiny_pieces())
    await talk.clicks("Sí, borrar")
    assert talk.dialogue.workspace.manifests() == []
    assert kept(talk.dialogue.workspace) == []
    assert talk.dialogue.memory.dataset is None


async def test_the_models_are_shown_with_their_origin_and_another_may_talk(talk: Conversation) -> None:
    home = talk.dialogue.workspace.home
    put(home, "smollm2-135m-instruct")
    put(home, "qwen2.5-coder-1.5b-instruct", roles=("tutor",))
    await begin(talk)
    await talk.acts(Intent(name="delete_data"))
    shown = await talk.clicks("Los modelos y de dónde vienen")
    here, others = (block for block in shown[-1].whole if isinstance(block, Table))
    assert [row[0] for row in here.rows][:2] == ["smollm2-135m-instruct", "qwen2.5-coder-1.5b-instruct"]
    assert "conversa con vos" in str(here.rows[1][1])
    assert {row[0] for row in others.rows} >= {"qwen3-1.7b", "multilingual-e5-small"}
    assert "instrucciones" not in shown[-1].text
    assert "memoria libre" in shown[-1].text  # the one that talks is not the one that should
    verdict = Verdict(wheel=llama_check._wheel(), processor=processor_name(), reason="instructions")
    (home / llama_check.REMEMBERED).write_text(verdict.model_dump_json())
    shown = await talk.acts(Intent(name="models"))
    assert "Al procesador de esta computadora le faltan instrucciones" in shown[-1].text
    assert find(home, None).name == "qwen2.5-coder-1.5b-instruct"
    await talk.clicks("Que converse smollm2-135m-instruct")
    assert find(home, None).name == "smollm2-135m-instruct"
    (home / llama_check.REMEMBERED).unlink()
    shown = await talk.acts(Intent(name="models"))
    assert "memoria libre" not in shown[-1].text
    assert any(button.label == "Que converse qwen2.5-coder-1.5b-instruct" for button in talk.buttons)
    await talk.acts(Intent(name="use_model", args={"name": "../../etc"}))
    assert find(home, None).name == "smollm2-135m-instruct"


def tiny_pieces() -> bytes:
    """A SentencePiece model of a few verses."""
    import io

    import sentencepiece

    model = io.BytesIO()
    lines = iter(VERSES.splitlines() * 20)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines, model_writer=model, vocab_size=60, hard_vocab_limit=False, minloglevel=2
    )
    return model.getvalue()


async def test_a_tokenizer_can_be_seen_and_deleted(talk: Conversation) -> None:
    await begin(talk)
    await talk.types(VERSES)
    card = keep(talk.dialogue.workspace, talk.dialogue.memory.dataset or "", "coplas.txt", "bpe", tiny_pieces())
    again = keep(talk.dialogue.workspace, talk.dialogue.memory.dataset or "", "coplas.txt", "bpe", tiny_pieces())
    assert again.name == f"{card.name} (2)"
    await talk.acts(Intent(name="delete_data"))
    await talk.clicks(card.name)
    await talk.clicks("Borrar")
    await talk.clicks("Sí, borrar")
    assert kept(talk.dialogue.workspace) == [again]


def add_export(workspace: Workspace) -> None:
    card = ExportCard(
        id="run-20260131-174501-3fa9-1",
        run="run-20260131-174501-3fa9",
        base="b",
        base_digest="0",
        checks=(),
        bytes=2_000_000,
    )
    folder = exports_folder(workspace) / card.id
    folder.mkdir(parents=True)
    finish(folder, card)


async def test_a_model_to_take_away_can_be_seen_and_deleted(talk: Conversation) -> None:
    await begin(talk)
    add_export(talk.dialogue.workspace)
    await talk.acts(Intent(name="delete_data"))
    await talk.clicks(next(b.label for b in talk.buttons if b.label.startswith("modelo hecho sobre b, copia del ")))
    await talk.clicks("Borrar")
    assert "queda" in talk.text
    await talk.clicks("Sí, borrar")
    assert exported(talk.dialogue.workspace) == []


async def test_a_folder_is_opened_and_never_a_file(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(talk)
    opened: list[Path] = []
    monkeypatch.setattr(my_data, "open_folder", lambda folder: opened.append(folder) or True)
    add_export(talk.dialogue.workspace)
    folder = exports_folder(talk.dialogue.workspace)
    for path in ("run-20260131-174501-3fa9-1", "run-20260131-174501-3fa9-1/export.json"):
        await talk.acts(Intent(name="show_folder", args={"path": f"workspace/exports/{path}"}))
        assert str(folder) in talk.text
    assert opened == [folder / "run-20260131-174501-3fa9-1"] * 2
    await talk.acts(Intent(name="show_folder", args={"path": "workspace/exports/none"}))
    await talk.acts(Intent(name="show_folder", args={"path": "../.."}))
    assert len(opened) == 2


@pytest.mark.parametrize("what", ["text", "run", "tokenizer", "export", "model"])
@pytest.mark.parametrize("id", ["../..", "..", ".", "", "/", "../../learner.db", "..\\..", "nothing-of-that-name"])
async def test_what_is_deleted_has_a_name_and_never_a_path(talk: Conversation, what: str, id: str) -> None:
    await begin(talk)
    await talk.types(VERSES)
    home = talk.dialogue.workspace.home
    before = {path for path in home.rglob("*") if path.is_file()}
    await talk.acts(Intent(name="delete", args={"what": what, "id": id, "name": "x", "sure": True}))
    assert before <= {path for path in home.rglob("*") if path.is_file()}
    assert talk.said[-1].tone == "error"
    assert talk.buttons


@pytest.mark.slow
async def test_deleting_everything_starts_afresh(talk: Conversation) -> None:
    await begin(talk)
    await talk.types(VERSES)
    add_export(talk.dialogue.workspace)
    keep(talk.dialogue.workspace, talk.dialogue.memory.dataset or "", "coplas.txt", "bpe", tiny_pieces())
    await talk.acts(Intent(name="delete", args={"what": "all", "id": "", "sure": True}))
    assert kept(talk.dialogue.workspace) == []
    assert exported(talk.dialogue.workspace) == []
    assert talk.dialogue.memory.route is None
    assert talk.dialogue.workspace.manifests() == []
    await talk.opens()
    assert "Musa" in talk.text


async def test_who_has_had_enough_of_placement_is_in_a_lesson_and_stays_there(talk: Conversation) -> None:
    await talk.opens()
    await talk.clicks(talk.buttons[0].label)
    await talk.acts(Intent(name="route", args={"route": "placement"}))
    await talk.clicks("Basta de preguntas")
    assert talk.dialogue.memory.open_item is None
    await talk.acts(Intent(name="next"))
    assert talk.dialogue.memory.machine.phase in ("present", "check", "feedback")


async def test_placement_ends_also_for_who_only_says_next(talk: Conversation) -> None:
    await talk.opens()
    await talk.clicks(talk.buttons[0].label)
    await talk.acts(Intent(name="route", args={"route": "placement"}))
    asked = []
    while (item := talk.dialogue.memory.open_item) and item.where == "placement":
        asked.append(item.item)
        await talk.acts(Intent(name="next"))
        assert len(asked) < 20
    assert len(asked) == len(set(asked)) > 1
    assert talk.dialogue.memory.machine.phase == "present"


async def test_placement_skips_what_is_known(talk: Conversation) -> None:
    await talk.opens()
    await talk.clicks(talk.buttons[0].label)
    await talk.clicks("Ya sé algo: preguntame")
    asked: list[str] = []
    while talk.dialogue.memory.open_item and talk.dialogue.memory.open_item.where == "placement":
        asked.append(talk.dialogue.memory.open_item.item)
        await talk.answers(key(talk, asked[-1]))
        assert len(asked) <= 8
    assert len(asked) >= 3
    assert talk.dialogue.memory.lesson != "next-word"


async def test_a_lesson_s_number_is_no_guess(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "tokens"}))
    await talk.types("lección 5.6")
    assert talk.dialogue.memory.lesson == "fine-tune"
    await talk.acts(Intent(name="start_lesson", args={"lesson": "tokens"}))
    await talk.types("4")
    assert talk.dialogue.memory.lesson == "tokens"
    assert talk.dialogue.memory.predicted["tokens/count"] == "4"


async def test_a_text_that_was_read_wrongly_is_read_another_way_with_a_click(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "your-text"}))
    await to_step(talk, "bring")
    await talk.types(VERSES)
    before = talk.dialogue.memory.dataset
    assert talk.dialogue.workspace.find(before).shape == "verse"
    await talk.clicks("Leerlo como prosa")
    assert talk.dialogue.memory.dataset == before
    assert talk.dialogue.workspace.find(before).shape == "prose"
    assert (talk.dialogue.memory.step, talk.buttons[0].label) == ("bring", "Seguir")


async def test_what_can_be_done_with_a_result_is_still_there_after_an_aside(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "your-text"}))
    await to_step(talk, "bring")
    await talk.types(VERSES)
    await to_step(talk, "look")
    offered = [button.label for button in talk.buttons if not button.on_card]
    assert len(offered) > 1
    await talk.types("¿qué es un token?")
    await talk.acts(Intent(name="back_to_lesson"))
    assert [button.label for button in talk.buttons] == offered


async def test_a_number_that_no_button_has_starts_nothing(talk: Conversation) -> None:
    await at_rest(talk)
    buttons = talk.buttons
    await talk.types("20")
    assert talk.buttons == buttons
    assert "Ese número" in talk.text


async def test_a_lesson_opened_before_a_way_was_chosen_goes_on(talk: Conversation) -> None:
    await talk.opens()
    await talk.acts(Intent(name="start_lesson", args={"lesson": "tokens"}))
    await talk.acts(Intent(name="next"))
    assert talk.dialogue.memory.lesson == "tokens"
    assert talk.dialogue.memory.route == "full"
