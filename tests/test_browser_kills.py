"""The program killed inside turns, again and again, in Chromium: what comes back is open, nothing is lost unsaid."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import ui_server
from tests.test_browser_route import ROOT, Walker
from tests.test_browser_ui import Learner, browser, expect
from tests.ui_server import Server, serving
from tutor.course.files import load_course
from tutor.learner.memory import recall
from tutor.learner.store import Store
from tutor.words import Words

__all__ = ["browser"]
pytestmark = pytest.mark.browser
CUT_OFF = ("nothing", "partly", "nothing_elsewhere", "partly_elsewhere")
SAMPLE = ROOT / "curriculum/samples/coplas.txt"


def unfinished(home: Path) -> list[str]:
    """What the learner said in turns that have not ended, as the transcript has it."""
    with sqlite3.connect(home / "chat" / "transcript.db", timeout=10) as db:
        return [said for (said,) in db.execute("SELECT said FROM turns ORDER BY id")]


def killed_inside(server: Server, dice: random.Random, act: Callable[[], None]) -> list[str]:
    """Do something, and have the server killed a moment after it began with it; what it was at, if it had not ended."""
    killer = threading.Thread(target=_kill_soon, args=(server, dice.uniform(0, 0.02)))
    killer.start()
    act()
    killer.join()
    server.process.communicate()
    return unfinished(server.home)


def _kill_soon(server: Server, delay: float) -> None:
    until = time.monotonic() + 20
    while not unfinished(server.home) and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(delay)
    server.process.kill()


def started_again(person: Walker, server: Server, in_old_tab: bool) -> None:
    """As a person does: what the new start opens, or the tab that was left open and comes back by itself."""
    server.process = ui_server.start(server.home, "--port", server.address.rpartition(":")[2], real=True)
    server.address = ui_server.wait_for(server.home, server.process)
    if not in_old_tab:
        person.page.goto(server.enter())
        return
    let_in(person, server)


def let_in(person: Learner, server: Server) -> None:
    """The browser, in another tab than the one that is looked at."""
    new = person.context.new_page()
    new.request.get(server.enter(), max_redirects=0, headers={"accept": "text/html"})
    new.close()


def paste(person: Walker) -> None:
    person.page.click("#chat-input")
    person.page.keyboard.insert_text(SAMPLE.read_text("utf-8"))
    person.page.keyboard.press("Enter")


def sound(person: Walker, home: Path) -> None:
    """Something is open, words can be sent, and neither the log of what happened nor the program's has a mishap."""
    page = person.page
    expect(page.locator("#chat-input")).to_be_visible()
    assert person.labels or person.question.count()
    store = Store(home / "learner.db", "me", "test", "1")
    events = list(store.events())
    store.close()
    asked = [each.event.submission for each in events if each.event.kind == "asked"]
    assert len(asked) == len(set(asked))
    memory = recall(events)
    assert (memory.machine.phase == "check") == (memory.open_item is not None)
    for log in (home / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text("utf-8"), log.name
    assert not list((home / "chat" / "inbox").glob("*"))


def test_four_kills_inside_turns(browser: Any, tmp_path: Path) -> None:
    words, dice, course = Words("es"), random.Random(7), load_course(ROOT / "curriculum")
    with serving(tmp_path / "mi casa", real=True) as server:
        person = Walker(browser, server, course, "es", SAMPLE)
        for said in ("escribo", "el curso entero"):
            person.say(said)
            person.settle()
        turns: list[tuple[Callable[[], None], bool]] = [
            (lambda: person.say("¿qué es un token?"), False),
            (lambda: person.upload(SAMPLE), True),
            (lambda: person.say("mis textos y modelos"), True),
            (lambda: paste(person), False),
        ]
        told = [words(f"ui.cut_off.{how}", said="«").split("«")[0] for how in CUT_OFF]
        cut = 0
        for act, in_old_tab in turns:
            left = killed_inside(server, dice, act)
            hello = person.page.locator(".ai-message").get_by_text("Hola de nuevo.", exact=False)
            before = hello.count() if in_old_tab else 0
            started_again(person, server, in_old_tab)
            expect(hello).to_have_count(before + 1, timeout=30_000)
            person.seen = ""
            person.settle()
            page = person.page.locator(".ai-message").all_inner_texts()[-4:]
            assert any(each in one for one in page for each in told) == bool(left), (left, page)
            if left:
                expect(person.last("notice")).to_be_in_viewport()
            cut += len(left)
            sound(person, server.home)
        assert cut >= 2, "it was over before it could be killed"
        person.say("¿qué es un token?")
        person.settle()
        expect(person.page.locator(".ai-message").filter(has_text="token").last).to_be_visible()
        person.leaves(allowed="net::ERR_|WebSocket|403|502")


def test_an_orderly_end_inside_a_turn_is_told_too_and_is_no_error(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        person = Learner(browser, server)
        person.say("slow")
        expect(person.last("waiting")).to_be_visible()
        server.process.terminate()
        server.process.communicate(timeout=15)
        assert server.process.returncode == 0
        assert "Traceback" not in (server.home / "logs" / "server.log").read_text("utf-8")
        server.process = ui_server.start(server.home)
        ui_server.wait_for(server.home, server.process)
        person.page.goto(server.enter())
        expect(person.page.locator(".ai-message").get_by_text("«slow»", exact=False)).to_be_visible()
        person.context.close()


def test_a_tab_that_is_looked_at_while_nothing_answers_stays_where_it_is(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        person = Learner(browser, server)
        page, here = person.page, person.page.url
        page.wait_for_timeout(5_500)  # Chainlit asks who is there no more often than every five seconds
        server.process.kill()
        server.process.communicate()
        with page.expect_event("requestfailed", lambda request: request.url.endswith("/user")):
            page.evaluate("window.dispatchEvent(new Event('focus'))")
        server.process = ui_server.start(server.home, "--port", server.address.rpartition(":")[2])
        server.address = ui_server.wait_for(server.home, server.process)
        with page.expect_response(lambda answer: answer.url.endswith("/user") and answer.status == 403):
            pass  # it is there again, and does not know the browser yet
        assert page.url == here
        with page.expect_websocket():
            let_in(person, server)
        page.wait_for_timeout(1_500)  # until the page has drawn anew what was said
        person.say("texts")
        expect(person.last("compare")).to_be_visible()
        assert page.url == here
        person.context.close()
