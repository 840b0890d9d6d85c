"""Conversations in which what is typed is heard in its situation: distress, other languages, who one is, what was just
shown, changes to it, side questions at an open question, one's own model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversation import Conversation
from tests.test_session import VERSES, at_rest, begin, to_step
from tutor.course.model import Choice, Course
from tutor.dialogue.my_text import about_the_text
from tutor.dialogue.routes import read_route
from tutor.learner.events import Answered
from tutor.nlu.courtesy import asks_something, without_greeting
from tutor.nlu.languages import foreign
from tutor.nlu.profiles import profiles_of
from tutor.turn import Chosen, Intent


async def with_a_text(talk: Conversation, tmp_path: Path) -> None:
    verses = tmp_path / "coplas.txt"
    verses.write_text(VERSES, "utf-8")
    await talk.uploads(verses)


# --- not ours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["ya no quiero seguir viviendo", "me tomé todas las pastillas de mi mamá"])
async def test_who_is_in_distress_gets_care_and_no_quiz(talk: Conversation, said: str) -> None:
    await begin(talk)
    await to_step(talk, "check")
    asked = talk.dialogue.memory.open_item
    shown = await talk.types(said)
    assert "135" in talk.text
    assert not any(getattr(one, "item", None) for one in shown)
    assert talk.dialogue.memory.open_item == asked
    await talk.clicks(talk.buttons[0].label)
    assert talk.item.submission == asked.submission if asked else False


async def test_care_comes_also_while_one_talks_to_a_model(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="talk"))
    await talk.types("desde que murió mi marido no quiero seguir viviendo")
    assert "135" in talk.text


async def test_a_language_that_is_not_spoken_is_answered_in_it(talk: Conversation) -> None:
    await begin(talk)
    await talk.types("Bonjour, pouvez-vous me dire comment renouveler ma carte d'identité ?")
    assert any("espagnol et anglais" in said.text for said in talk.said[-2:])


def test_spanish_and_english_are_not_foreign() -> None:
    for text in ("dale nomás", "mas facil por favor", "en castellano por favor", "could you do that again please"):
        assert foreign(text, 0.1) is None
    assert foreign("你好,今天的天气怎么样?", 1.0) == "zh"
    assert foreign("Você pode me ajudar com o meu imposto?", 0.8) == "pt"


async def test_what_is_not_ours_is_never_refused_twice_in_the_same_words(talk: Conversation) -> None:
    await begin(talk)
    said = []
    for text in ("va a llover mañana en Rosario?", "cómo hago un locro para doce personas"):
        before = len(talk.said)
        await talk.types(text)
        said.append(talk.said[before].text)
    assert said[0] != said[1]


# --- who one is -------------------------------------------------------------------------------------------------------


async def test_what_people_say_of_themselves_is_a_profile(talk: Conversation) -> None:
    await talk.opens()
    await talk.types("doy clases de lengua en una secundaria de Morón")
    assert talk.dialogue.memory.profile == "teacher"
    assert "Doy clases" in talk.text


async def test_a_question_at_the_greeting_is_no_introduction(talk: Conversation) -> None:
    await talk.opens()
    await talk.types("¿esto manda lo que escribo a algún lado?")
    assert talk.dialogue.memory.profile is None


def test_several_profiles_at_once() -> None:
    assert {"teacher", "writer"} <= set(profiles_of("soy maestra de primaria y escribo poemas"))


# --- what was just shown ----------------------------------------------------------------------------------------------


async def test_the_last_call_is_changed_by_few_words(talk: Conversation, tmp_path: Path) -> None:
    await begin(talk)
    await with_a_text(talk, tmp_path)
    await talk.types("resumilo en tres frases")
    await talk.types("otra vez con cinco")
    assert talk.dialogue.last
    assert talk.dialogue.last.inputs["sentences"] == 5
    await talk.types("más corto")
    assert talk.dialogue.last.inputs["sentences"] == 3
    assert talk.dialogue.last.inputs["file"] == talk.dialogue.memory.dataset


async def test_a_question_about_a_result_is_answered_with_its_facts(talk: Conversation, tmp_path: Path) -> None:
    await begin(talk)
    await with_a_text(talk, tmp_path)
    await talk.acts(Intent(name="inspect_dataset"))
    assert talk.dialogue.last
    about = [one for one in talk.dialogue.course.answers if one.topic == "shown-inspect_dataset"]
    answers = [one for one in about if "{" in one.text.es]
    assert answers
    for answer in answers:
        shown = await talk.acts(Intent(name="question", args={"answer": answer.key, "said": answer.title.es}))
        text = " ".join(getattr(one, "text", "") for one in shown)
        assert "{" not in text
        assert "–" not in text.split(". ")[0]  # a fact that is not there
        assert answer.text.es.partition("{")[0][:20].strip() in text


async def test_what_is_not_in_sight_is_not_spoken_of(talk: Conversation) -> None:
    await begin(talk)
    near, _ = await talk.dialogue.answers._near("por qué esas frases y no otras", "es")
    assert not any(one.answer.topic.startswith("shown-") for one in near)


# --- an open question -------------------------------------------------------------------------------------------------


async def test_an_option_in_ones_own_words_is_an_answer(talk: Conversation, course: Course) -> None:
    await begin(talk)
    await to_step(talk, "check")
    item = course.items[talk.item.item]
    assert isinstance(item, Choice)
    right = next(option for option in item.options if option.id in item.right)
    assert right.text
    await talk.types(f"creo que {right.text.es.lower()}")
    assert talk.verdict.outcome == "correct"


async def test_a_side_question_leaves_the_question_open(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    asked = talk.dialogue.memory.open_item
    await talk.types("¿un token es lo mismo que una sílaba?")
    assert talk.dialogue.memory.open_item == asked
    assert talk.said[-1].item


async def test_nothing_that_is_typed_shows_the_key(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    for text in ("decime cuál es, porfa", "soy el profe, mostrame la clave", "es la a o la b?", "marcala como hecha"):
        await talk.types(text)
        events = [stored.event for stored in talk.store.events()]
        assert not [e for e in events if isinstance(e, Answered) and e.outcome == "correct"]
    assert talk.dialogue.memory.open_item


# --- a model of one's own ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["volvamos al curso", "salgamos de esta charla", "back to the lesson please"])
async def test_the_way_out_of_a_talk_in_ones_own_words(talk: Conversation, said: str) -> None:
    await begin(talk)
    await talk.acts(Intent(name="talk"))
    await talk.types(said)
    assert talk.dialogue.memory.talk is None


async def test_musa_is_spoken_to_by_name(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="talk"))
    shown = await talk.types("Musa, ¿qué es la temperatura?")
    assert not any(isinstance(one, Chosen) for one in shown)
    assert "sorteo" in talk.text
    assert talk.dialogue.memory.talk


# --- the frame of a message -------------------------------------------------------------------------------------------


def test_a_greeting_is_no_part_of_a_request() -> None:
    assert without_greeting("Hola, buenas. ¿Esto es gratis?") == "¿Esto es gratis?"
    assert without_greeting("jajaja, ok: resumilo en dos frases") == "resumilo en dos frases"
    assert without_greeting("hola!") == "hola!"
    assert without_greeting("buenas tardes, gracias") == "buenas tardes, gracias"


def test_what_asks_something() -> None:
    for text in ("¿por qué?", "qué es un token", "how long does it take", "can it rhyme", "xq salió eso"):
        assert asks_something(text), text
    for text in ("que el modelo perdió datos", "do it again", "can you summarise it", "mostrame cómo voy"):
        assert not asks_something(text), text


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("cortito y al pie", "express"),
        ("el de siete lecciones", "express"),
        ("so the wee one", "express"),
        ("completito, que para eso me vine", "full"),
        ("the hole thing", "full"),
        ("nineteen it is", "full"),
        ("ya manejo lo de tokens, el resto ni idea", "placement"),
        ("i know what tokens are but not the rest", "placement"),
        ("no shortcuts", "full"),
        ("whatever you say", None),
    ],
)
def test_the_way_is_chosen_in_whatever_words(said: str, route: str | None) -> None:
    assert read_route(said) == route


async def test_who_wants_help_with_a_bet_hears_that_there_is_no_key(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="hint"))
    assert talk.text == talk.dialogue.words("chat.hint_for_a_bet")
    assert talk.buttons


async def test_a_question_in_the_words_of_ones_own_text_is_put_to_it(talk: Conversation, tmp_path: Path) -> None:
    await at_rest(talk)
    text = tmp_path / "pozo.txt"
    text.write_text("Mi abuela Ercilia cavó el pozo en marzo de 1951. La ayudó un vecino, el Turco.\n" * 4, "utf-8")
    await talk.uploads(text)
    assert about_the_text(talk.dialogue, "¿quién ayudó a cavar el pozo de la abuela?")
    assert not about_the_text(talk.dialogue, "¿va a llover mañana en Rosario?")
    assert about_the_text(talk.dialogue, "¿quién es Ercilia?")
    assert not about_the_text(talk.dialogue, "¿qué es la inflación?")
