"""A long conversation in Chromium: where the page stands, what comes back, and how soon it is there again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.scripted_session import table
from tests.test_browser_ui import Learner, browser, expect
from tests.ui_server import Server, serving
from tutor.turn import Button, Intent, ItemView, Said
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.ui.window import KEPT, PIECE, SPARE
from tutor.words import Words

__all__ = ["browser"]
pytestmark = pytest.mark.browser
ON = Button(label="Seguir", intent=Intent(name="next"))
TURNS = 300
LONG, SHORT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"

EDGES = """() => {
  let scroller = document.querySelector('[data-step-type]')
  while (!/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement
  const place = (e) => { const r = e.getBoundingClientRect(); return [r.top, r.bottom] }
  const last = (kind) => place([...document.querySelectorAll(kind)].pop())
  return { view: place(scroller), mine: last('[data-step-type=user_message]'), end: last('[data-step-type]') }
}"""
"""Upper and lower edges: of what is in sight, of what the learner said last, of the last message."""

IN_SIGHT = """() => {
  const open = [...document.querySelectorAll('[data-testid=question]:not(.t-done)')].pop()
  const composer = document.querySelector('#message-composer')
  if (!open || !composer) return false
  const place = open.getBoundingClientRect()
  return place.top > 0 && place.bottom <= composer.getBoundingClientRect().top
}"""

WATCH = """(words) => {
  window.seen = []
  const look = () => {
    const all = (kind) => [...document.querySelectorAll(kind)]
    const mine = all('[data-step-type=user_message]').pop()
    if (mine.innerText.trim() === words) {
      window.dispatchEvent(new WheelEvent('wheel'))
      window.seen.push([all('[data-step-type]').length, Math.round(mine.getBoundingClientRect().top)])
    }
    requestAnimationFrame(look)
  }
  look()
}"""
"""From the frame in which the learner has said `words`: how many messages there are, and where those words stand. The
reader scrolls, and so is led no further."""


NEWS = "Hay algo nuevo abajo"
COVERED = """() => {
  const way = document.querySelector('button:has(> .lucide-arrow-down)').getBoundingClientRect()
  const over = (r) => r.left < way.right && way.left < r.right && r.top < way.bottom && way.top < r.bottom
  const buttons = [...document.querySelectorAll('.t-choice, .t-card button, #chat-submit')]
  return buttons.filter((button) => over(button.getBoundingClientRect())).map((button) => button.innerText)
}"""
"""The buttons under the way down."""


class NoPages:
    async def emit(self, thread: str, event: str, data: Any) -> None: ...


async def _write(home: Path, thread: str, turns: int) -> None:
    """A thread with `turns` answers, each with a table, and a question that is open."""
    (home / "chat").mkdir(parents=True, exist_ok=True)
    transcript = Transcript(home / "chat" / "transcript.db")
    transcript.begin(thread, "hoy")
    transcript.touch(thread)
    screen = Screen(transcript, NoPages(), lambda: Words("es"))
    for number in range(turns):
        await screen.learner_said(thread, f"turno {number}")
        await screen.draw(thread, Said(id=f"{thread}-{number}", blocks=(table(),), buttons=(ON,)))
        await screen.settle(thread, (ON,))
    options = (("true", "Verdadero"), ("false", "Falso"))
    item = ItemView(item="true_false", submission=thread, format="true_false", stem="¿Es así?", options=options)
    await screen.draw(thread, Said(id=f"{thread}-open", text="Una pregunta", item=item))
    transcript.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    with ThreadPoolExecutor(1) as elsewhere:  # this thread has a loop already, Playwright's
        elsewhere.submit(lambda: asyncio.run(_write(home, LONG, TURNS))).result()
        elsewhere.submit(lambda: asyncio.run(_write(home, SHORT, 2))).result()
    with serving(home) as running:
        yield running


@pytest.fixture
def learner(browser: Any, server: Server) -> Iterator[Learner]:
    person = Learner(browser, server)
    yield person
    person.context.close()
    assert person.errors == []


def talk(person: Learner, words: tuple[str, ...]) -> None:
    for text in words:
        person.say(text)
        expect(person.page.locator("[data-step-type=user_message]").last).to_have_text(text)
        expect(person.page.locator(".ai-message").last).not_to_be_empty()


def settled(person: Learner) -> dict[str, list[float]]:
    """The edges, once the page stands still."""
    person.page.wait_for_timeout(500)
    edges: dict[str, list[float]] = {}
    for _ in range(40):
        before, edges = edges, person.page.evaluate(EDGES)
        if edges == before:
            break
        person.page.wait_for_timeout(250)
    return edges


def opening(person: Learner, server: Server, thread: str) -> float:
    """Seconds until what is open in a thread is in sight."""
    began = time.monotonic()
    person.page.goto(f"{server.address}/thread/{thread}", wait_until="commit")
    person.page.wait_for_function(IN_SIGHT)
    return time.monotonic() - began


def test_a_long_conversation_is_open_again_as_soon_as_a_short_one(learner: Learner, server: Server) -> None:
    opening(learner, server, SHORT)  # the page itself is known to the browser from here on
    short, long = (min(opening(learner, server, thread) for _ in range(3)) for thread in (SHORT, LONG))
    assert long < max(2.0, 1.5 * short)  # two seconds, or what this machine takes for a page with nothing on it
    assert learner.page.locator("[data-step-type]").count() == KEPT + 1
    learner.page.wait_for_timeout(1500)
    assert learner.page.evaluate(IN_SIGHT)  # and nothing that came later moved it


def test_what_was_said_before_comes_back_with_one_key(learner: Learner, server: Server) -> None:
    page = learner.page
    opening(learner, server, LONG)
    whole = 2 * TURNS + 1
    more = page.get_by_role("button", name=f"Ver lo anterior ({whole - KEPT} mensajes más)")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -100_000)
    first = page.get_by_text(f"turno {(whole - KEPT + 1) // 2}")
    expect(first).to_be_in_viewport()
    more.focus()
    settled(learner)
    before = first.bounding_box()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"turno {(whole - KEPT - PIECE + 1) // 2}")).to_have_count(1)
    settled(learner)
    assert before is not None
    assert first.bounding_box() == pytest.approx(before, abs=2)  # what was being read did not move
    focused = page.locator("[data-past]:focus")
    expect(focused).to_contain_text(
        f"turno {(whole - KEPT - 1) // 2}"
    )  # the newest of what came back: one reads on from there
    folded = page.get_by_test_id("folded").last
    expect(folded.locator("summary")).to_have_text("Los mismos números en una tabla")
    expect(folded.get_by_test_id("table")).to_have_count(0)
    folded.locator("summary").click()
    expect(folded.get_by_test_id("table")).to_be_visible()
    page.mouse.wheel(0, -100_000)
    settled(learner)
    page.keyboard.press("PageUp")
    expect(
        page.get_by_role("button", name=f"Ver lo anterior ({whole - KEPT - 2 * PIECE} mensajes más)")
    ).to_be_attached()


@pytest.mark.parametrize("scene", ["bars", "charts", "texts", "single"])
def test_what_one_said_stays_whole_in_sight(learner: Learner, scene: str) -> None:
    for text in ("charts", scene):
        talk(learner, (text,))
        edges = settled(learner)
        assert edges["view"][0] <= edges["mine"][0] < edges["mine"][1] <= edges["view"][1]
    assert edges["end"][1] <= edges["view"][1] or edges["mine"][0] < edges["view"][0] + 20


def test_only_the_conversation_is_scrolled(learner: Learner) -> None:
    """A browser scrolls whatever it can to show what has the focus, a clipped box around the conversation too."""
    talk(learner, ("charts", "texts"))
    view = settled(learner)["view"]
    moved = learner.page.evaluate("""() => {
      let box = document.querySelector('[data-step-type]'), moved = 0
      while (!/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement
      for (box = box.parentElement; box; box = box.parentElement) { box.scrollTop = 200; moved += box.scrollTop }
      return moved
    }""")
    assert moved > 0
    assert settled(learner)["view"] == view


def test_opening_a_line_does_not_move_it(learner: Learner) -> None:
    talk(learner, ("folded",))
    settled(learner)
    line = learner.page.get_by_text("Las fichas")
    before = line.bounding_box()
    line.click()
    expect(learner.page.get_by_test_id("tokens")).to_be_visible()
    settled(learner)
    assert line.bounding_box() == pytest.approx(before, abs=2)


def test_who_scrolls_away_is_left_alone(learner: Learner) -> None:
    talk(learner, ("charts", "texts"))
    settled(learner)
    learner.page.mouse.move(500, 400)
    learner.page.mouse.wheel(0, -700)
    away = settled(learner)
    learner.page.wait_for_timeout(1000)
    assert learner.page.evaluate(EDGES) == away


def test_what_comes_by_itself_is_followed_by_who_had_all_in_sight(learner: Learner) -> None:
    talk(learner, ("charts", "bars", "later"))
    learner.page.mouse.move(500, 400)
    for way in (-700, 100_000):  # the reader looks back, and comes down again
        learner.page.mouse.wheel(0, way)
        learner.page.wait_for_timeout(200)
    edges = settled(learner)
    assert edges["end"][1] <= edges["view"][1]
    news = learner.page.locator(".ai-message").get_by_text("Llegó solo.")
    expect(news).to_be_in_viewport()
    edges = settled(learner)
    assert edges["end"][1] <= edges["view"][1]
    expect(learner.page.get_by_role("button", name=NEWS)).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_comes_below_what_is_being_read_is_told(browser: Any, server: Server, width: int) -> None:
    person = Learner(browser, server, width=width)
    page = person.page
    talk(person, ("charts", "texts", "later"))
    settled(person)
    page.mouse.move(200, 400)
    page.mouse.wheel(0, -1500)
    away = settled(person)
    way = page.get_by_role("button", name=NEWS)
    expect(way).to_be_in_viewport()
    assert settled(person)["mine"] == away["mine"]
    assert page.evaluate(COVERED) == []
    way.click()
    expect(page.locator(".ai-message").get_by_text("Llegó solo.")).to_be_in_viewport()
    expect(way).to_have_count(0)
    assert person.errors == []
    person.context.close()


def test_what_comes_under_a_long_answer_is_told_too(learner: Learner) -> None:
    talk(learner, ("later", "texts"))
    edges = settled(learner)
    assert edges["end"][1] > edges["view"][1]
    expect(learner.page.get_by_role("button", name=NEWS)).to_be_in_viewport()
    assert settled(learner)["mine"] == edges["mine"]
    learner.page.mouse.move(500, 400)
    learner.page.mouse.wheel(0, 100_000)
    expect(learner.page.get_by_role("button", name=NEWS)).to_have_count(0)


@pytest.mark.parametrize("anchored", [True, False], ids=["", "a browser that holds nothing by itself"])
def test_nothing_moves_when_old_messages_go(learner: Learner, anchored: bool) -> None:
    page = learner.page
    if not anchored:
        page.add_style_tag(content="* { overflow-anchor: none !important }")
    talk(learner, tuple(f"turno {number}" for number in range((KEPT + SPARE) // 2 - 1)))
    settled(learner)
    page.evaluate(WATCH, "turno último")
    talk(learner, ("turno último",))
    page.wait_for_function("(most) => document.querySelectorAll('[data-step-type]').length <= most", arg=KEPT + 1)
    expect(page.get_by_test_id("more-earlier")).to_be_attached()
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    counts = [count for count, _ in seen]
    assert max(counts) > KEPT + SPARE
    first = next(i for i, count in enumerate(counts) if i and count < counts[i - 1])
    places = [place for _, place in seen[first - 1 :]]
    assert max(places) - min(places) <= 2


def test_the_other_language_lands_where_one_was(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        person = Learner(browser, server, locale="en-US")
        talk(person, ("charts", "texts", "bars", "charts"))
        person.say("change_language")
        expect(person.page.locator("html")).to_have_attribute("lang", "es")
        expect(person.page.locator(".ai-message").get_by_text("Hola, soy Musa")).to_be_visible()
        edges = settled(person)
        assert edges["end"][1] <= edges["view"][1] + 1
        person.context.close()
