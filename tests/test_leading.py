"""How the tutor leads on: the ladder of hints, an idea taught again, three ways and then a choice, lessons without
questions, and what happens when several messages in a row are not understood."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conversation import Conversation
from tests.test_session import VERSES, at_rest, begin, key, to_step
from tutor.authoring.eval.made_runs import make_run
from tutor.course.model import Ask, Choice, Course
from tutor.dialogue.free_text import LOST
from tutor.dialogue.next_useful import proposed
from tutor.dialogue.routes import PROFILES
from tutor.learner.events import Used
from tutor.learner.memory import recall
from tutor.turn import Button, Intent, Said, Shown


async def at_a_question(talk: Conversation) -> Choice:
    await begin(talk)
    await to_step(talk, "check")
    item = talk.dialogue.course.items[talk.item.item]
    assert isinstance(item, Choice)
    return item


def texts(shown: list[Shown]) -> list[str]:
    return [one.text for one in shown if isinstance(one, Said)]


def wrong(item: Choice) -> str:
    return next(option.id for option in item.options if option.misconception)


# --- hints ------------------------------------------------------------------------------------------------------------


def test_every_item_has_a_ladder(course: Course) -> None:
    short = [item.id for item in course.items.values() if len(item.hints) < 3]
    assert short == []


async def test_hints_come_one_by_one_and_the_last_says_so(talk: Conversation) -> None:
    item = await at_a_question(talk)
    told = []
    for _ in item.hints:
        await talk.types("una pista")
        told.append(talk.text)
    assert [text.split("\n\n")[0] for text in told] == [rung.es for rung in item.hints]
    last = talk.dialogue.words("chat.last_hint")
    assert [last in text for text in told] == [False] * (len(told) - 1) + [True]
    labels = {button.label for button in talk.buttons}
    assert not labels & {"Una pista", "Otra pista"}
    assert "Mostrame la respuesta" in labels
    await talk.types("otra pista")
    assert item.hints[-1].es in talk.text


async def test_an_answer_after_hints_is_right_with_help(talk: Conversation) -> None:
    item = await at_a_question(talk)
    await talk.types("una pista")
    await talk.answers(key(talk, item.id))
    assert talk.verdict.outcome == "correct"
    assert talk.dialogue.progress.known[item.concept].successes == ()
    assert item.id not in talk.dialogue.progress.settled


# --- misses, and other ways -------------------------------------------------------------------------------------------


async def test_the_second_miss_is_taught_again_and_another_way_after_it(talk: Conversation) -> None:
    item = await at_a_question(talk)
    concept = talk.dialogue.course.concepts[item.concept]
    await talk.answers(wrong(item))
    assert concept.simpler.es not in talk.text
    await talk.clicks("Pensarla otra vez")
    await talk.answers(wrong(item))
    assert concept.simpler.es in talk.text
    await talk.clicks("Explicamelo de otra manera")
    example = concept.example_for(talk.dialogue.memory.profile)[0].es
    assert any(example in said.text for said in talk.said[-2:])


async def test_three_ways_and_then_what_is_unclear(talk: Conversation) -> None:
    await begin(talk)
    concept = talk.dialogue.course.concepts["tokens"]
    ways = []
    for _ in range(3):
        before = len(talk.said)
        await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
        ways.append(" ".join(said.text for said in talk.said[before:]))
    example = concept.example_for(talk.dialogue.memory.profile)[0].es
    for way, text in zip(ways, (concept.simpler.es, example, concept.definition.es), strict=True):
        assert text in way
    await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    asked = [button for button in talk.buttons if button.intent.name == "question"]
    assert len(asked) == 3
    answer = next(one for one in talk.dialogue.course.answers if one.key == asked[0].intent.args["answer"])
    assert answer.topic == "tokens"
    await talk.clicks(asked[0].label)
    assert any(answer.text.es in said.text for said in talk.said[-2:])
    for _ in range(4):  # the round begins anew, with other questions at its end
        await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    assert {button.label for button in talk.buttons} & {button.label for button in asked} == set()


async def test_examples_are_of_the_learners_own_life(talk: Conversation) -> None:
    """Each profile has its own for every idea; who told of two hears both, and then the one for everybody."""
    concepts = talk.dialogue.course.concepts
    for profile in PROFILES[:-1]:
        assert all(profile in concept.examples for concept in concepts.values()), profile
    texts_of = [concept.examples[profile].es for concept in concepts.values() for profile in PROFILES[:-1]]
    assert len(set(texts_of)) == len(texts_of)
    await talk.opens()
    await talk.types("doy clases de literatura y escribo poemas")
    assert {talk.dialogue.memory.profile, *talk.dialogue.memory.besides} == {"teacher", "writer"}
    told = []
    for _ in range(12):
        before = len(talk.said)
        await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
        told.append(" ".join(said.text for said in talk.said[before:]))
    tokens = concepts["tokens"]
    for place, text in ((1, tokens.examples[talk.dialogue.memory.profile or ""]), (9, tokens.example)):
        assert text.es in told[place]
    assert tokens.examples[talk.dialogue.memory.besides[0]].es in told[5]


async def test_another_idea_is_explained_from_its_beginning(talk: Conversation) -> None:
    await begin(talk)
    await talk.acts(Intent(name="explain_again", args={"topic": "tokens"}))
    await talk.acts(Intent(name="explain_again", args={"topic": "loss"}))
    simpler = talk.dialogue.course.concepts["loss"].simpler.es
    assert any(simpler in said.text for said in talk.said[-2:])


# --- without questions ------------------------------------------------------------------------------------------------


async def test_lessons_go_without_questions_and_with_them_again(talk: Conversation) -> None:
    await at_a_question(talk)
    lesson = talk.dialogue.lesson
    assert lesson
    await talk.acts(Intent(name="no_questions"))
    assert talk.dialogue.memory.open_item is None
    steps = {step.id: step for step in lesson.steps}
    for _ in range(len(steps)):
        if talk.dialogue.lesson != lesson or talk.dialogue.memory.machine.phase == "summary":
            break
        assert not isinstance(talk.dialogue.step, Ask)
        await talk.acts(Intent(name="next"))
    assert talk.dialogue.progress.lesson_state(lesson.id) == "walked", "what was not asked is left to review"
    await talk.acts(Intent(name="with_questions"))
    await talk.acts(Intent(name="start_lesson", args={"lesson": lesson.id}))
    await to_step(talk, "check")
    assert talk.dialogue.memory.open_item


async def test_whoever_gives_up_often_hears_that_questions_can_go(talk: Conversation) -> None:
    await begin(talk)
    for lesson in ("next-word", "tokens", "cleaning"):
        await talk.acts(Intent(name="start_lesson", args={"lesson": lesson}))
        while talk.dialogue.memory.open_item is None:
            await talk.acts(Intent(name="next"))
        assert "Seguir sin preguntas" not in {button.label for button in talk.buttons}
        await talk.clicks("Mostrame la respuesta")
    assert "Seguir sin preguntas" in {button.label for button in talk.buttons}


# --- not understood ---------------------------------------------------------------------------------------------------


async def test_several_messages_that_are_not_understood_lead_to_other_ways(talk: Conversation) -> None:
    await at_rest(talk)
    for said in ("asdf qwer zxcv", "blablabla trilili", "ñam ñam frush"):
        before = len(talk.said)
        await talk.types(said)
    assert LOST == 3
    assert any(said.text == talk.dialogue.words("chat.lost") for said in talk.said[before:])
    assert {"Qué puedo pedirte", "Mis textos y modelos"} <= {button.label for button in talk.buttons}
    assert talk.dialogue.lost == 0


async def test_the_same_question_again_is_asked_back(talk: Conversation) -> None:
    await begin(talk)
    first = texts(await talk.types("¿un token es lo mismo que una sílaba?"))
    again = texts(await talk.types("¿Un token es lo mismo que una sílaba?"))
    assert first[0].startswith("No:")
    assert first[0] not in again
    asked = [button for button in talk.buttons if button.intent.name == "question"]
    assert asked


# --- the next useful thing --------------------------------------------------------------------------------------------


async def test_who_comes_back_is_told_what_could_be_done_with_their_text(talk: Conversation, tmp_path: Path) -> None:
    await begin(talk)
    text = tmp_path / "mis_cuentos.txt"
    text.write_text(VERSES, "utf-8")
    await talk.uploads(text)
    for skill in ("inspect_dataset", "scan_private_data", "clean_dataset"):
        useful = proposed(talk.dialogue)
        assert useful
        shown = texts(await talk.opens())
        assert len(shown) == 2, "where we were, and it again"
        assert "«Mis cuentos»" in shown[0]
        assert useful[0] in shown[0]
        assert len(re.findall(r"[.?!](?:\s|$)", shown[0])) <= 5
        button = next(button for button in talk.buttons if button.intent.name == skill)
        await talk.acts(button.intent)
    assert recall(talk.store.events()).used == talk.dialogue.memory.used


async def test_without_a_text_of_ones_own_nothing_is_proposed(talk: Conversation) -> None:
    await begin(talk)
    assert proposed(talk.dialogue) is None
    await talk.acts(Intent(name="choose", args={"sample": "verse"}))
    assert proposed(talk.dialogue) is None


async def test_a_model_is_measured_compared_and_taken_away(talk: Conversation, tmp_path: Path) -> None:
    await begin(talk)
    text = tmp_path / "mis_cuentos.txt"
    text.write_text(VERSES, "utf-8")
    await talk.uploads(text)
    dataset = talk.dialogue.memory.dataset
    make_run(talk.dialogue.workspace, "run-a", at=1_763_800_000, dataset_id=dataset, dataset=text.name)
    found = []
    for _ in range(3):
        useful = proposed(talk.dialogue)
        assert useful
        found.append(useful[1].intent.name)
        talk.dialogue.record(Used(skill=found[-1], about=useful[1].intent.args["run"]))
    assert found == ["evaluate_model", "compare_models", "export_project"]
    assert proposed(talk.dialogue) is None


async def test_what_was_not_meant_is_one_tap_away(talk: Conversation, tmp_path: Path) -> None:
    """A request that was understood at a guess; its buttons are the same once they were kept as JSON."""
    await begin(talk)
    text = tmp_path / "mis_cuentos.txt"
    text.write_text(VERSES, "utf-8")
    await talk.uploads(text)
    await talk.types("buscá datos personales")
    await talk.types("achicá esto")
    (button,) = [button for button in talk.buttons if button.intent.name == "not_that"]
    assert Button.model_validate_json(button.model_dump_json()) == button
    await talk.clicks("No era eso")
    offered = {button.intent.name for button in talk.buttons}
    assert "summarize" not in offered
    assert len(offered) == 4
