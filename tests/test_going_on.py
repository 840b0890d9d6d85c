"""Going on: the next lesson in one click, another way at any time, back from what was asked for in between, quizzes
that say how far they are and can be ended, what is written with a file."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conversation import Conversation
from tests.test_session import FINE_TUNED, VERSES, begin, key, to_step
from tutor.authoring.eval.made_runs import make_run
from tutor.course.model import Choice, Course, Item
from tutor.dialogue import context
from tutor.dialogue.course_map import course_map
from tutor.learner.events import Voted
from tutor.turn import Button, Input, Intent, MapLesson, Upload
from tutor.ui.cards import map_card
from tutor.words import Words

ROOT = Path(__file__).parent.parent
DAY = 86400.0
DIARY = """La cooperativa compró una prensa de vino en marzo. La prensa llegó rota desde Mendoza. El mecánico la arregló
con piezas de un tractor. Ahora la cooperativa vende vino en tres pueblos. La municipalidad prometió un camino nuevo
para el invierno. Nadie sabe si el camino llegará a tiempo."""


def labels(talk: Conversation) -> list[str]:
    return [button.label for button in talk.buttons]


def button(talk: Conversation, intent: str) -> Button:
    return next(b for b in talk.buttons if b.intent.name == intent)


async def to_close(talk: Conversation, lesson: str) -> None:
    """Through a lesson to its end, with right answers."""
    if talk.dialogue.memory.lesson != lesson:
        await talk.acts(Intent(name="start_lesson", args={"lesson": lesson}))
    for _ in range(40):
        step = talk.dialogue.step
        if step and step.kind == "close":
            return
        if talk.dialogue.memory.open_item:
            await talk.answers(key(talk, talk.dialogue.memory.open_item.item))
        await talk.acts(Intent(name="next"))
    raise AssertionError("no end")


def wrong(talk: Conversation) -> str:
    """A wrong answer to the open question, a choice."""
    asked = talk.dialogue.memory.open_item
    assert asked
    item = talk.dialogue.course.items[asked.item]
    assert isinstance(item, Choice)
    if item.format == "true_false":
        return "true" if "true" not in item.right else "false"
    return next(option.id for option in item.options if option.misconception)


async def test_the_end_of_a_lesson_that_is_shown_again_is_written_down_once(talk: Conversation) -> None:
    await begin(talk)
    await to_close(talk, talk.dialogue.memory.lesson or "")
    for _ in range(2):
        talk.dialogue.spoken = False
        await talk.opens()
    kinds = [stored.event.kind for stored in talk.store.events()]
    assert kinds.count("lesson_done") == 1


@pytest.mark.parametrize("right", [True, False])
async def test_a_question_that_was_answered_is_not_asked_again_when_the_program_is_opened(
    talk: Conversation, right: bool
) -> None:
    await begin(talk)
    while not talk.dialogue.memory.open_item:
        await talk.acts(Intent(name="next"))
    await talk.answers(key(talk, talk.dialogue.memory.open_item.item) if right else wrong(talk))
    before = labels(talk)
    again = Conversation(talk.dialogue.workspace.home, talk.dialogue.course)
    await again.opens()
    assert [b.label for b in again.buttons] == before
    assert again.dialogue.memory.open_item is None
    again.store.close()


# --- the next lesson --------------------------------------------------------------------------------------------------


async def test_the_next_lesson_is_one_click_also_when_a_review_is_due(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(talk)
    await to_close(talk, "next-word")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * DAY)
    await talk.clicks("La lección que sigue")
    assert talk.dialogue.memory.lesson == "tokens"
    assert talk.dialogue.memory.open_item is None
    said = [one for one in talk.said if any(b.intent.name == "review" for b in one.buttons)]
    assert len(said) == 1
    assert "Repasar antes" in labels(talk)[-1]
    await to_close(talk, "tokens")
    await talk.clicks("La lección que sigue")
    assert not [b for b in talk.buttons if b.intent.name == "review"], "once a day"


async def test_a_review_leads_back_to_the_first_step_without_a_click(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(talk)
    await to_close(talk, "next-word")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * DAY)
    await talk.clicks("La lección que sigue")
    waiting = [b.intent for b in talk.buttons if b.intent.name != "review"]
    await talk.acts(button(talk, "review").intent)
    assert talk.dialogue.memory.open_item
    while talk.dialogue.memory.open_item:
        await talk.answers(key(talk, talk.dialogue.memory.open_item.item))
    assert talk.dialogue.memory.machine.phase == "present"
    assert [b.intent for b in talk.buttons] == waiting


async def test_the_end_of_a_lesson_names_the_one_that_follows_on_the_way(talk: Conversation) -> None:
    await begin(talk)
    await to_close(talk, "fine-tune")
    assert "1.1" in talk.text  # on the short way nothing was done before
    await talk.acts(Intent(name="route", args={"route": "full"}))
    await to_close(talk, "tokens")
    await talk.acts(Intent(name="start_lesson", args={"lesson": "next-word"}))
    await to_close(talk, "next-word")
    assert "1.4" in talk.text


async def test_a_lesson_left_in_the_middle_goes_on_at_its_step(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    await to_close(talk, "tokens")
    await talk.clicks("La lección que sigue")
    assert (talk.dialogue.memory.lesson, talk.dialogue.memory.step) == ("next-word", "check")


# --- another way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("quiero hacer el curso entero", "full"),
        ("pasame al camino corto", "express"),
        ("cambiá al de media hora", "express"),
    ],
)
async def test_the_way_is_changed_in_words_and_what_is_open_stays(talk: Conversation, said: str, route: str) -> None:
    await begin(talk)
    if route == "express":
        await talk.acts(Intent(name="route", args={"route": "full"}))
    await to_close(talk, "next-word")
    await talk.acts(Intent(name="next"))
    await to_step(talk, "check")
    item = talk.item.submission
    await talk.types(said)
    assert talk.dialogue.memory.route == route
    assert talk.item.submission == item
    assert "recorridas: 1" in "".join(one.text for one in talk.said[-2:])
    assert talk.session.map().route == route
    assert talk.session.map().done == 1


@pytest.mark.parametrize("where", ["help", "progress"])
async def test_the_way_is_changed_by_a_button(talk: Conversation, where: str) -> None:
    await begin(talk)
    await talk.acts(Intent(name=where))
    await talk.acts(button(talk, "route").intent)
    if where == "help":
        await talk.clicks("El curso entero")
    assert talk.dialogue.memory.route == "full"


async def test_at_the_end_of_the_short_way_the_whole_course_goes_on(talk: Conversation) -> None:
    await begin(talk)
    for lesson in talk.dialogue.course.routes["express"]:
        await to_close(talk, lesson)
        for run, status in talk.runs.runs.items():
            if status.state == "running":
                talk.runs.finish(run, {"run": run, "seconds": 3.0, "count": 3})
    await talk.clicks("Terminar el recorrido")
    assert "7 ya cuentan" in talk.text
    await talk.clicks("El curso entero")
    await talk.clicks("La lección que sigue")
    assert talk.dialogue.memory.lesson == "own-tokenizer"


@pytest.mark.parametrize("step", ["bet", "check", "end"])
async def test_placement_can_be_asked_for_anywhere_and_keeps_the_way(talk: Conversation, step: str) -> None:
    await begin(talk)
    await to_step(talk, step)
    await talk.types("preguntame lo que ya sé")
    asked = talk.dialogue.memory.open_item
    assert asked
    assert asked.where == "placement"
    await talk.clicks("Basta de preguntas")
    assert talk.dialogue.memory.route == "express"
    if step == "end":
        assert talk.dialogue.memory.lesson == "tokens"
    else:
        assert (talk.dialogue.memory.lesson, talk.dialogue.memory.step) == ("next-word", step)


# --- back from what was asked for in between --------------------------------------------------------------------------


async def test_after_an_answer_what_is_open_stands_below(talk: Conversation) -> None:
    await begin(talk)
    assert talk.dialogue.memory.step == "bet", "what a step leads to ask is asked at once"
    bet = talk.dialogue.text(talk.dialogue.step.text)  # type: ignore[union-attr]
    await talk.types("¿qué es un token?")
    assert talk.text.endswith(bet.rsplit("\n\n", 1)[-1])
    await talk.types("mano")
    assert talk.dialogue.memory.predicted == {"next-word/bet": "mano"}


@pytest.mark.parametrize("name", ["help", "progress", "privacy", "delete_data", "go_to"])
async def test_from_something_long_one_click_goes_on(talk: Conversation, name: str) -> None:
    await begin(talk)
    steps = talk.dialogue.lesson.steps  # type: ignore[union-attr]
    await talk.acts(Intent(name=name))
    main = next(b for b in talk.buttons if b.main)
    await talk.acts(main.intent)
    assert talk.dialogue.memory.step == steps[1].id
    await to_step(talk, "check")
    item = talk.item.submission
    await talk.acts(Intent(name=name))
    await talk.clicks("Volver a la lección")
    assert talk.said[-1].item
    assert talk.item.submission == item


async def test_after_a_miss_and_another_explanation_it_can_be_tried_again(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    await talk.answers(wrong(talk))
    tries = labels(talk)
    await talk.clicks("Explicamelo de otra manera")
    assert labels(talk) == tries
    await talk.clicks("Pensarla otra vez")
    assert talk.dialogue.memory.open_item
    assert talk.dialogue.memory.open_item.attempt == 2


async def test_back_in_the_lesson_an_answered_question_is_not_asked_again(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    await talk.answers(key(talk, talk.item.item))
    await talk.acts(Intent(name="help"))
    await talk.clicks("Seguir con la lección")
    assert talk.dialogue.memory.step != "check"


async def test_an_old_button_of_a_question_that_is_past_says_so(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    await talk.answers(wrong(talk))
    retry = button(talk, "answer").intent
    await to_close(talk, "next-word")
    await talk.acts(retry)
    assert talk.said[-1].tone == "system"
    assert talk.dialogue.memory.open_item is None


# --- quizzes ----------------------------------------------------------------------------------------------------------


async def learnt(talk: Conversation) -> None:
    await begin(talk)
    await to_close(talk, "next-word")
    await to_close(talk, "tokens")


async def test_a_quiz_says_how_far_it_is_and_how_it_went(talk: Conversation) -> None:
    await learnt(talk)
    await talk.clicks("Repasar con preguntas")
    total, places = 5, []
    while asked := talk.dialogue.memory.open_item:
        places.append(talk.said[-1].text.splitlines()[-1])
        await talk.answers(key(talk, asked.item))
    assert places == [f"**Pregunta {n} de {total}**" for n in range(1, total + 1)]
    assert "a la primera: 5" in talk.text
    assert labels(talk)[0] == "La lección que sigue"


async def test_a_miss_in_a_quiz_gives_the_key_at_the_end_and_not_before(talk: Conversation) -> None:
    await learnt(talk)
    await talk.acts(Intent(name="quiz"))
    missed = 0
    while asked := talk.dialogue.memory.open_item:
        item = talk.dialogue.course.items[asked.item]
        if isinstance(item, Choice) and not missed:
            await talk.answers(wrong(talk))
            assert talk.verdict.outcome != "correct"
            assert talk.verdict.right == ()
            assert talk.verdict.model == ""
            missed, stem = 1, item.stem.es
        else:
            await talk.answers(key(talk, asked.item))
    (table,) = talk.said[-1].blocks
    assert table.kind == "table"
    assert [row[0] for row in table.rows] == [stem]
    assert "a la primera: 4" in talk.text


async def test_a_wrong_word_in_a_gap_does_not_tell_the_right_one(talk: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "coplas.txt"
    path.write_text(DIARY, "utf-8")
    await begin(talk)
    await talk.uploads(path)
    await talk.acts(Intent(name="quiz"))
    while (asked := talk.dialogue.memory.open_item) and not asked.gap:
        await talk.acts(Intent(name="next"))
    assert asked
    assert asked.gap
    other = next(id for id, text in talk.item.options if text != asked.gap.answer)
    await talk.answers(other)
    assert asked.gap.answer not in talk.verdict.feedback
    assert talk.verdict.right == ()


@pytest.mark.parametrize("how", ["click", "basta de preguntas", "no más preguntas", "terminemos el repaso"])
async def test_a_quiz_is_ended_at_any_question(talk: Conversation, how: str) -> None:
    await learnt(talk)
    await talk.acts(Intent(name="quiz"))
    asked = talk.dialogue.memory.open_item
    assert asked
    await talk.answers(key(talk, asked.item))
    await (talk.clicks("Basta de preguntas") if how == "click" else talk.types(how))
    assert talk.dialogue.memory.open_item is None
    assert talk.dialogue.memory.machine.phase == "summary"
    assert "1 de 5" in talk.text
    await talk.acts(Intent(name="next"))
    assert talk.dialogue.memory.lesson == "your-text"


async def test_an_idea_without_questions_is_said_to_have_none(talk: Conversation) -> None:
    await learnt(talk)
    course = talk.dialogue.course = talk.dialogue.course.model_copy(update={"questions": ()})
    asked = {item.concept for item in course.items.values()}
    concept = next(id for id in course.concepts if id not in asked)
    await talk.acts(Intent(name="quiz", args={"topic": concept}))
    assert course.concepts[concept].name.es in talk.text
    assert talk.dialogue.memory.open_item is None
    assert {"explain_again", "quiz"} <= {b.intent.name for b in talk.buttons}


async def test_every_idea_has_a_quiz(talk: Conversation) -> None:
    """Of two formats at least, and one question on new material."""
    await learnt(talk)
    of_concept: dict[str, list[Item]] = {id: [] for id in talk.dialogue.course.concepts}
    for item in talk.dialogue.course.items.values():
        of_concept[item.concept].append(item)
    assert [id for id, items in of_concept.items() if len({item.format for item in items}) < 2] == []
    assert [id for id, items in of_concept.items() if not any(item.transfer for item in items)] == []
    await talk.types("preguntame sobre la temperatura")
    assert talk.dialogue.course.items[talk.item.item].concept == "temperature"


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("profile", [False, True])
async def test_quiz_me_at_the_greeting(talk: Conversation, tmp_path: Path, text: bool, profile: bool) -> None:
    await talk.opens()
    if profile:
        await talk.clicks("Escribo")
    if text:
        path = tmp_path / "coplas.txt"
        path.write_text(DIARY, "utf-8")
        await talk.uploads(path)
    await talk.types("preguntame")
    if text:
        assert talk.dialogue.memory.open_item
        await talk.clicks("Basta de preguntas")
    assert talk.said[-1].tone != "error"
    placed = profile and not text  # there, it is the button «Ya sé algo: preguntame»
    assert {"enough" if placed else "route" if profile else "profile"} <= {b.intent.name for b in talk.buttons}
    await talk.acts(talk.buttons[0].intent)
    assert talk.said[-1].tone != "error"


# --- what is written with a file --------------------------------------------------------------------------------------


async def with_file(talk: Conversation, path: Path, text: str) -> None:
    turn = talk.session.turn(Input(text=text, uploads=(Upload(name=path.name, path=path),)))
    talk.shown += [shown async for shown in turn]


async def test_what_is_written_with_a_file_is_done_once_it_is_in(talk: Conversation, tmp_path: Path) -> None:
    path = tmp_path / "coplas.txt"
    path.write_text(VERSES, "utf-8")
    await begin(talk)
    await to_step(talk, "check")
    await with_file(talk, path, "resumilo en dos frases")
    (passages,) = [block for block in talk.said[-1].blocks if block.kind == "passages"]
    assert len(passages.passages) == 2
    assert talk.dialogue.memory.open_item, "it answered nothing"


@pytest.mark.parametrize("text", ["acá va", "este es mi texto", "te paso mis coplas"])
async def test_words_that_hand_a_file_over_ask_for_nothing(talk: Conversation, tmp_path: Path, text: str) -> None:
    path = tmp_path / "coplas.txt"
    path.write_text(VERSES, "utf-8")
    await begin(talk)
    await talk.uploads(path)
    alone = len(talk.said)
    await with_file(talk, path, text)
    assert len(talk.said) == alone + 1


async def test_what_was_asked_of_a_file_that_did_not_arrive_is_not_done_on_another(
    talk: Conversation, tmp_path: Path
) -> None:
    good, bad = tmp_path / "coplas.txt", tmp_path / "foto.jpg"
    good.write_text(VERSES, "utf-8")
    bad.write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 64)
    await begin(talk)
    await talk.uploads(good)
    await with_file(talk, bad, "resumilo en dos frases")
    assert talk.said[-1].tone == "error"


# --- opened again before a way was chosen -----------------------------------------------------------------------------


async def test_opened_again_before_a_way_was_chosen_it_shows_what_is_there(
    talk: Conversation, course: Course, tmp_path: Path
) -> None:
    path = tmp_path / "coplas.txt"
    path.write_text(VERSES, "utf-8")
    await talk.opens()
    await talk.clicks("Escribo")
    await talk.uploads(path)
    await talk.acts(Intent(name="change_language"))
    talk.store.close()
    again = Conversation(tmp_path / "home", course)
    await again.opens()
    assert "coplas.txt" in again.text
    assert {"route", "my_things"} <= {b.intent.name for b in again.buttons}
    again.store.close()


# --- what is said of what goes on -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skill", "what", "keeps"),
    [("fine_tune", "El entrenamiento", "Parar y guardar"), ("evaluate_model", "El examen", "Parar acá")],
)
async def test_what_goes_on_is_called_what_it_is(talk: Conversation, skill: str, what: str, keeps: str) -> None:
    await begin(talk)
    run = await talk.runs.start(skill, {}, "es")
    await talk.types("pará")
    assert talk.text.startswith(what)
    assert labels(talk)[0].startswith(keeps)
    await talk.opens()
    assert any(f"{what}" in said.text and "sigue en marcha" in said.text for said in talk.said[-2:])
    await talk.acts(Intent(name="run_discard", args={"run": run}))
    assert "Descartado" in "".join(said.text for said in talk.said[-2:])
    assert all(status.run != run for status in talk.runs.list())


async def test_after_an_update_it_says_what_it_found_and_no_more(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(talk)
    await to_close(talk, "next-word")
    monkeypatch.setattr(context, "VERSION", "99.0")
    await talk.opens()
    told = next(said.text for said in talk.said if "99.0" in said.text)
    assert "lecciones recorridas, 1" in told
    assert "textos, 0" in told


async def test_with_a_model_elsewhere_nothing_is_promised_to_stay(talk: Conversation) -> None:
    endpoint = "http://10.0.0.1:8000"
    talk.dialogue.settings = replace(talk.dialogue.settings, endpoint=endpoint)
    await talk.opens()
    assert endpoint in talk.text
    assert "Nada de lo que" not in talk.text
    await talk.acts(Intent(name="privacy"))
    assert endpoint in talk.text
    assert "Todo pasa en esta computadora" not in talk.text


SAYS_HOW_THINGS_ARE = ("chat", "errors", "ui", "run_card", "clean_dataset", "page.es", "page.en")


def test_no_sentence_promises_a_state_that_nobody_checked() -> None:
    promises = re.compile(
        r"intact[oa]?s?\b|untouched\.|está guardad|siguen donde estaban|are where they were|no queda nada de"
        r"|se perdió|was lost\.|sigue como estaba|is as it was\.|mientras no estabas|while you were away"
    )
    found = [
        (path.name, line)
        for path in sorted([*(ROOT / "tutor" / "messages").rglob("*.yaml"), *(ROOT / "tutor/ui/assets").glob("page.*")])
        for line in path.read_text("utf-8").splitlines()
        if promises.search(line.lower()) and path.stem in SAYS_HOW_THINGS_ARE
    ]
    assert found == []


# --- is this for me? --------------------------------------------------------------------------------------------------

ANSWERS = {"goal": "voice", "often": "daily", "stakes": "low", "rights": "mine", "checking": "yes"}


async def decided(talk: Conversation) -> list[str]:
    """The lesson that decides, answered; what its report says."""
    await talk.acts(Intent(name="start_lesson", args={"lesson": "decide"}))
    for step, choice in ANSWERS.items():
        for _ in range(20):
            if talk.dialogue.memory.step == step:
                break
            await talk.acts(Intent(name="next"))
        await talk.acts(Intent(name="choose", args={"choice": choice, "step": f"decide/{step}"}))
    return report(talk)


def report(talk: Conversation) -> list[str]:
    """The lines of the report that was shown last, cells of its table included."""
    lines: list[str] = []
    for block in talk.said[-1].whole:
        if block.kind == "text":
            lines.append(talk.dialogue.words(block.message))
        elif block.kind == "table":
            lines += [talk.dialogue.words.cell(cell) for row in block.rows for cell in row]
    return lines


async def test_the_verdict_judges_the_text_that_was_trained_on_and_not_the_last_one_pasted(
    talk: Conversation, tmp_path: Path
) -> None:
    path = tmp_path / "coplas.txt"
    path.write_text(VERSES * 10, "utf-8")
    await begin(talk)
    await talk.uploads(path)
    trained = talk.dialogue.memory.dataset
    make_run(talk.dialogue.workspace, "run-a", at=1_763_800_000, dataset_id=trained, dataset="coplas.txt")
    for pair in ("1", "2", "3", "4"):
        talk.dialogue.record(Voted(run="c", votes=("tuned",), between="run-a base", pair=pair))
    await talk.types("Un poema\nque pegué\nmientras esperaba\nque terminara\nel entrenamiento.")
    assert talk.dialogue.memory.dataset != trained
    first = await decided(talk)
    assert "coplas.txt" in first[1]
    assert "entrenamiento" in first[1]
    told = " ".join(first)
    assert "2,60" in told
    assert "1,95" in told
    assert "4 de 4" in told
    assert "pegado" not in told
    await talk.types("¿me sirve un modelo para lo mío?")
    await talk.acts(Intent(name="decide"))
    assert report(talk) == first


async def test_without_a_text_the_verdict_says_so_and_uses_no_sample(talk: Conversation) -> None:
    await begin(talk)
    told = await decided(talk)
    assert "No hay ningún texto tuyo" in told[1]
    assert talk.dialogue.memory.dataset is None


async def test_the_verdict_outlives_the_text_it_was_about(talk: Conversation) -> None:
    make_run(talk.dialogue.workspace, "run-a", at=1_763_800_000)
    await begin(talk)
    told = await decided(talk)
    assert "versos.txt" in told[1]
    assert "ya no está" in told[1]
    assert "1,95" in " ".join(told)


async def test_the_report_asked_for_before_its_questions_leads_to_them(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="decide"))
    assert "¿Esto es para vos?" in "".join(said.text for said in talk.said[-2:])
    await talk.clicks("Ver esa lección")
    assert talk.dialogue.memory.lesson == "decide"


# --- gone through, and learnt -----------------------------------------------------------------------------------------


def on_map(talk: Conversation, lesson: str) -> MapLesson:
    return next(one for module in course_map(talk.dialogue).modules for one in module.lessons if one.id == lesson)


async def test_a_lesson_whose_questions_were_skipped_is_gone_through_and_says_what_is_left(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "end")
    total = len(talk.dialogue.progress.questions["next-word"])
    assert total > 1
    assert f"De sus {total} preguntas quedan {total} para repasar" in talk.text
    assert "«Repasar con preguntas»" in talk.text
    assert (on_map(talk, "next-word").state, on_map(talk, "next-word").pending) == ("walked", total)
    assert course_map(talk.dialogue).done == 1
    (map_says,) = {map_card(course_map(talk.dialogue), Words("es")).props["words"]["states"]["next-word"]}
    assert f"{total} preguntas para repasar" in map_says
    assert button(talk, "next").main


async def test_a_lesson_whose_questions_were_answered_is_done_and_says_nothing_more(talk: Conversation) -> None:
    await begin(talk)
    for _ in range(60):
        if talk.dialogue.memory.step == "end":
            break
        asked = talk.dialogue.memory.open_item
        await (talk.answers(key(talk, asked.item)) if asked else talk.acts(Intent(name="next")))
    assert talk.dialogue.progress.pending("next-word") == ()
    assert "para repasar" not in talk.text
    assert on_map(talk, "next-word").state == "passed"


async def test_a_lesson_is_not_done_while_the_training_that_it_began_goes_on(
    talk: Conversation, tmp_path: Path
) -> None:
    await begin(talk)
    verses = tmp_path / "coplas.txt"
    verses.write_text(VERSES, "utf-8")
    await talk.uploads(verses)
    await talk.acts(Intent(name="start_lesson", args={"lesson": "fine-tune"}))
    for _ in range(60):
        if talk.dialogue.memory.step == "end":
            break
        asked = talk.dialogue.memory.open_item
        await (talk.answers(key(talk, asked.item)) if asked else talk.acts(Intent(name="next")))
    assert (on_map(talk, "fine-tune").state, on_map(talk, "fine-tune").going) == ("walked", True)
    (run,) = talk.runs.runs
    talk.runs.finish(run, FINE_TUNED)
    assert (on_map(talk, "fine-tune").state, on_map(talk, "fine-tune").going) == ("passed", False)
