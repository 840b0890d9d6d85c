"""The first lesson by keyboard alone, and read aloud in order: the real program, without a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.test_browser_access import check_tree, focused, nodes
from tests.test_browser_route import Walker, letters
from tests.test_browser_ui import browser, expect
from tests.ui_server import serving
from tutor.course.files import load_course
from tutor.course.model import Choice, Course, Number, Open, Order

__all__ = ["browser"]
pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent
OPEN = "[data-testid=choices]:not(.t-used), [data-testid=question]:not(.t-done)"
"""What can be done now."""


class Keys(Walker):
    """Goes through a lesson without ever pointing: Tab, arrows, Space, Enter and letters."""

    def at(self, selector: str) -> bool:
        return bool(self.page.evaluate("(s) => document.activeElement.closest(s) !== null", selector))

    def tab_to(self, selector: str, back: bool = False) -> None:
        for _ in range(80):
            if self.at(selector):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    def say(self, text: str) -> None:
        expect(self.page.locator("#stop-button")).to_have_count(0)
        self.tab_to("#chat-input")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def step(self) -> None:
        """One thing that is open: under the fingers already if a button or an answer brought it."""
        labels, page = self.labels, self.page
        if self.question.count():
            self.answer()
        elif labels == [self.words("dont_know")]:
            self.say("7")
        else:
            main = "[data-testid=choices]:not(.t-used) button"
            self.tab_to(
                f"{main}.t-main" if page.locator(f"{main}.t-main").count() else main, back=self.at("#chat-input")
            )
            page.keyboard.press("Enter")
        self.settle()

    def under_the_fingers(self) -> None:
        """What is open has the focus; or who typed still has the composer."""
        for _ in range(50):
            if self.at(OPEN):
                return
            self.page.wait_for_timeout(100)
        assert self.at("#chat-input"), (focused(self.page), self.labels)

    def answer(self) -> None:
        page, card = self.page, self.question.last
        stem = letters(card.locator(".t-stem").inner_text())
        item = next(i for i in self.course.items.values() if letters(i.stem[self.language]) == stem)
        back = self.at("#chat-input")
        match item:
            case Choice():
                self.tab_to("[data-testid=question]:not(.t-done) input", back)
                self._choose(item)
            case Order():
                self.tab_to("[data-testid=question]:not(.t-done) .t-moves button", back)
            case Number():
                self.tab_to("[data-testid=question]:not(.t-done) input", back)
                page.keyboard.type(str(item.answer))
            case Open():
                self.tab_to("[data-testid=question]:not(.t-done) textarea", back)
                page.keyboard.type("; ".join(e.accept[self.language][0] for e in item.expectations))
                page.keyboard.press("Control+Enter")
                return
        self.tab_to("[data-testid=question] button[type=submit]")
        page.keyboard.press("Enter")

    def _choose(self, item: Choice) -> None:
        """Arrows go through what excludes each other, Tab through what does not; Space chooses."""
        card, page = self.question.last, self.page
        shown = [letters(text) for text in card.locator(".t-option-text").all_inner_texts()]
        right = ["verdadero" if o == "true" else "falso" for o in item.right]
        if item.format != "true_false":
            right = [letters(o.text[self.language]) for o in item.options if o.id in item.right]
        if item.format == "multiple":
            for text in shown:
                if text in right:
                    page.keyboard.press("Space")
                page.keyboard.press("Tab")
            return
        page.keyboard.press("Space")
        for _ in range(shown.index(right[0])):
            page.keyboard.press("ArrowDown")


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(ROOT / "curriculum")


def test_the_first_lesson_by_keyboard_alone_and_read_in_order(browser: Any, course: Course, tmp_path: Path) -> None:
    with serving(tmp_path / "home", real=True) as server:
        person = Keys(browser, server, course, "es", tmp_path / "none")
        page = person.page
        person.say("escribo")
        person.settle()
        person.say("media hora")
        person.settle()
        steps = 0
        while person.words("next_lesson") not in person.labels:
            person.step()
            steps += 1
            assert steps < 60, person.labels
            person.under_the_fingers()
            _in_the_end(lambda: _in_order(page))
        assert steps > 4
        assert page.locator("[data-testid=question].t-done").count() >= 1
        person.leaves()


def _in_the_end(check: Callable[[], None], seconds: float = 10) -> None:
    """Tree and page are read one after the other; where a message comes in between, both are read again."""
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _in_order(page: Any) -> None:
    """Who listens hears, message by message, who speaks and then what is seen, from the first to the last, and an open
    question with its options, their places and its buttons. The way back to what was said before is nobody's words."""
    tree = nodes(page)
    check_tree(tree)
    speakers = [node["name"] for node in tree if node["role"] == "group" and node["name"] in ("Musa", "Vos")]
    kinds = page.locator("[data-step-type]").evaluate_all("(all) => all.map((e) => e.dataset.stepType)")
    shown = page.locator("[data-step-type]:not([data-step-type=system_message]):visible").count()
    assert len(speakers) == shown
    assert speakers.count("Vos") == kinds.count("user_message")
    heard = letters("".join(node["name"] for node in tree if node["role"] == "StaticText"))
    said = page.locator("[data-step-type]:visible [role=article], [data-step-type=user_message] pre").all_inner_texts()
    place = 0
    for text in said:
        place = heard.find(letters(text), place)
        assert place >= 0, text
    options = page.locator("[data-testid=question]:not(.t-done) .t-option input")
    places = [n["description"] for n in tree if n["role"] in ("radio", "checkbox") and " de " in n["description"]]
    total = options.count()
    if total:
        assert places[-total:] == [f"{n} de {total}" for n in range(1, total + 1)]
