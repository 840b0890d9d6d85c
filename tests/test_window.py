"""What of a conversation is on the page: bounded, whole on request, and never without what is open."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from skills.blocks import Progress, msg
from tests.scripted_session import table
from tutor.turn import Button, Graded, Intent, ItemView, Said, Verdict
from tutor.ui import prepare, window
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.ui.window import KEPT, MOST, PIECE, SPARE, Window
from tutor.words import LANGUAGES, Words

ON = Button(label="Seguir", intent=Intent(name="next"))


class Page:
    """A page that has the thread `t` open: it does with what it is sent what Chainlit's does."""

    def __init__(self, thread: dict[str, Any] | None = None) -> None:
        self.thread_id = "t"
        self.messages = {step["id"]: step for step in (thread or {}).get("steps", ())}
        self.cards = {card["id"]: card for card in (thread or {}).get("elements", ())}

    async def emit(self, event: str, data: Any) -> None:
        match event:
            case "new_message" | "update_message":
                self.messages[data["id"]] = self.messages.get(data["id"], {}) | data
            case "delete_message":
                self.messages.pop(data["id"], None)
            case "element":
                self.cards[data["id"]] = data
            case "remove_element":
                self.cards.pop(data["id"], None)

    @property
    def said(self) -> list[str]:
        """The ids of its own messages, without the one that is for the earlier ones."""
        return list(self.messages)[1:]

    @property
    def earlier(self) -> dict[str, Any]:
        (props,) = [card["props"] for card in self.cards.values() if card["name"] == "Earlier"]
        return props

    @property
    def whole(self) -> list[str]:
        """Every message that can be seen on it, in order."""
        past = [message["id"] for message in self.earlier["messages"]] if len(self.cards) else []
        return [*past, *self.said]


class Pages:
    def __init__(self) -> None:
        self.open: list[Page] = []

    async def emit(self, thread: str, event: str, data: Any) -> None:
        for page in self.open:
            await page.emit(event, data)


class Conversation:
    """A transcript, what draws into it, a page, and runs that have not ended."""

    def __init__(self, folder: Path) -> None:
        self.pages = Pages()
        self.page = Page()
        self.pages.open.append(self.page)
        self.transcript = Transcript(folder / "transcript.db")
        self.transcript.begin("t", "hoy")
        self.runs: set[str] = set()
        words = Words("es")
        self.screen = Screen(self.transcript, self.pages, lambda: words)
        self.window = Window(self.transcript, self.pages, lambda: words, self.runs.__contains__)

    async def turns(self, count: int, **shown: Any) -> None:
        """What the learner said, and an answer with a table and a button; the first has `shown` as well."""
        for number in range(count):
            more = {"blocks": (table(),)} | (shown if number == 0 else {})
            place = len(self.order)
            await self.screen.learner_said("t", f"turno {place}")
            await self.screen.draw("t", Said(id=f"a{place}", text="...", buttons=(ON,), **more))
            await self.screen.settle("t", (ON,))
            await self.window.tidy("t")

    @property
    def order(self) -> list[str]:
        return [id for _, id in self.transcript.places("t")]

    async def bring_all(self, page: Page) -> None:
        for _ in range(len(self.order)):
            if not page.earlier["more"]:
                return
            await self.window.bring(page, page.earlier["before"], len(page.earlier["messages"]))


@pytest.fixture
async def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    monkeypatch.setattr("tutor.ui.screen.A_FRAME", 0)
    talk = Conversation(tmp_path)
    await talk.window.begin("t")
    return talk


def question(submission: str) -> ItemView:
    return ItemView(
        item="i", submission=submission, format="single", stem="¿Qué *dice* `«mano»`?", options=(("a", "A"),)
    )


async def test_the_page_is_as_large_after_a_hundred_turns_as_after_ten(talk: Conversation) -> None:
    await talk.turns(10)
    assert len(talk.page.said) <= KEPT + SPARE
    await talk.turns(90)
    assert KEPT <= len(talk.page.said) <= KEPT + SPARE
    assert talk.page.said == talk.order[-len(talk.page.said) :]
    assert {card["forId"] for card in talk.page.cards.values()} <= set(talk.page.messages)
    assert len(talk.order) == 200  # all of it is kept
    assert talk.page.earlier["more"] == 200 - len(talk.page.said)


async def test_a_few_old_messages_wait_until_it_is_worth_it(talk: Conversation) -> None:
    await talk.turns((KEPT + SPARE) // 2 - 1)
    assert talk.page.said == talk.order
    assert not any(card["name"] == "Earlier" for card in talk.page.cards.values())
    await talk.turns(1)
    assert talk.page.said == talk.order[SPARE:]


async def test_a_thread_that_is_opened_again_is_its_newest_part(talk: Conversation) -> None:
    await talk.turns(60)
    thread = talk.window.thread("t")
    assert thread
    page = Page(thread)
    assert page.said == talk.order[-KEPT:]
    assert page.earlier["more"] == 120 - KEPT
    assert next(iter(page.messages.values()))["type"] == "system_message"
    assert talk.window.thread("nobody") is None


async def test_a_short_thread_is_opened_whole(talk: Conversation) -> None:
    await talk.turns(3)
    page = Page(talk.window.thread("t"))
    assert page.said == talk.order
    assert not any(card["name"] == "Earlier" for card in page.cards.values())


async def test_a_thread_in_which_nothing_was_said(talk: Conversation) -> None:
    assert Page(talk.window.thread("t")).said == []
    await talk.window.tidy("t")
    await talk.window.bring(talk.page, 0, 0)
    assert talk.page.cards == {}


async def test_everything_comes_back_piece_by_piece(talk: Conversation) -> None:
    await talk.turns(40)
    own = talk.page.said
    await talk.window.bring(talk.page, talk.page.earlier["before"], 0)
    assert talk.page.said == own
    assert len(talk.page.earlier["messages"]) == PIECE
    await talk.bring_all(talk.page)
    assert talk.page.whole == talk.order


async def test_what_was_brought_back_goes_when_old_messages_do(talk: Conversation) -> None:
    await talk.turns(40)
    await talk.bring_all(talk.page)
    await talk.turns(SPARE)
    assert talk.page.earlier["messages"] == []
    assert talk.page.earlier["more"] + len(talk.page.said) == len(talk.order)
    await talk.bring_all(talk.page)
    assert talk.page.whole == talk.order


async def test_two_windows_with_more_and_less_of_the_same_thread(talk: Conversation) -> None:
    await talk.turns((KEPT + SPARE) // 2 - 1)
    late = Page(talk.window.thread("t"))
    talk.pages.open.append(late)
    assert len(late.said) < len(talk.page.said)
    await talk.bring_all(late)
    assert late.whole == talk.order
    await talk.turns(SPARE)
    for page in talk.pages.open:
        assert page.said == talk.order[-len(page.said) :]
        await talk.bring_all(page)
        assert page.whole == talk.order


async def test_a_question_that_is_open_stays(talk: Conversation) -> None:
    await talk.turns(20)
    await talk.turns(10, item=question("s"), blocks=())
    (asked,) = [card for card in talk.page.cards.values() if card["name"] == "Question"]
    assert asked["forId"] in talk.page.said
    assert asked["forId"] in Page(talk.window.thread("t")).said
    await talk.screen.draw("t", Graded(submission="s", verdict=Verdict(outcome="correct", chosen=("a",))))
    await talk.turns(2)
    assert asked["forId"] not in talk.page.said


async def test_a_question_nobody_answers_does_not_keep_everything(talk: Conversation) -> None:
    await talk.turns(60, item=question("s"), blocks=())
    assert len(talk.page.said) <= MOST + SPARE
    assert len(Page(talk.window.thread("t")).said) == MOST


async def test_a_run_that_has_not_ended_stays(talk: Conversation) -> None:
    talk.runs.add("run-1")
    await talk.turns(15, blocks=(Progress(title=msg("run_card.samples"), run="run-1"),))
    assert any(card["name"] == "Run" for card in talk.page.cards.values())
    talk.runs.clear()
    await talk.turns(1)
    assert not any(card["name"] == "Run" for card in talk.page.cards.values())


async def test_cards_come_back_folded_to_a_line(talk: Conversation) -> None:
    await talk.turns(1, item=question("s"), blocks=(table(),))
    await talk.turns(1, item=question("t"), blocks=())
    await talk.screen.draw("t", Graded(submission="t", verdict=Verdict(outcome="correct", chosen=("a",))))
    await talk.turns(30)
    await talk.bring_all(talk.page)
    first, second = ({card["name"]: card for card in talk.page.earlier["messages"][n]["cards"]} for n in (1, 3))
    assert first["Table"]["folded"] == Words("es")("ui.chart.table")
    assert first["Question"]["folded"] == "Pregunta: ¿Qué dice «mano»?"
    assert first["Question"]["inert"]  # what was passed over takes no answer any more
    assert not second["Question"]["inert"]
    assert talk.page.earlier["messages"][0] | {"id": ""} == {"id": "", "mine": True, "text": "turno 0", "cards": []}


async def test_a_turn_that_begins_holds_the_tidying_back(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "QUIET", 0.02)
    for number in range(KEPT + SPARE):
        await talk.screen.learner_said("t", str(number))
    talk.window.settle("t")
    talk.window.hold("t")
    await asyncio.sleep(0.06)
    assert len(talk.page.said) == KEPT + SPARE
    talk.window.settle("t")
    await asyncio.sleep(0.06)
    assert len(talk.page.said) == KEPT


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_the_card_reads_are_given_to_it(talk: Conversation, language: Any) -> None:
    talk.window._words = lambda: Words(language)
    source = (prepare.ASSETS / "elements" / "Earlier.js").read_text("utf-8")
    given = talk.window._card("t", 5, 1)["props"]["words"]
    assert set(re.findall(r"\bw\.(\w+)", source)) == set(given)
    assert all(given.values())
