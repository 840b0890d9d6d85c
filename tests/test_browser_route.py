"""The express route in Chromium with the real program and real weights: uploads, training, kills, votes, the quiz."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Language
from tests import ui_server
from tests.test_browser_ui import Learner, browser, expect, sync_api
from tests.ui_server import Server, serving
from tutor.course.files import load_course
from tutor.course.model import Choice, Course, Number, Open, Order
from tutor.lm import installed
from tutor.processes.run_files import read_process

__all__ = ["browser"]
pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent
SMALL, TALKS = "smollm2-135m-instruct", "qwen2.5-coder-0.5b-instruct"
TRAINED = 600_000
"""Milliseconds that a training may take on a busy machine."""

BROKEN = re.compile("Algo salió mal|Algo falló|Something went wrong|Something failed")
"""How the chat words a defect."""

IDLE = """(seen) => {
  if (document.querySelector('#stop-button') || document.querySelector('[data-testid=waiting]')) return false
  const open = document.querySelector('[data-testid=choices]:not(.t-used), [data-testid=question]:not(.t-done)')
  const last = [...document.querySelectorAll('[id^=step-]')].pop()
  const kind = (last.closest('[data-step-type]') || last.querySelector('[data-step-type]'))?.dataset.stepType
  if (!open || last.id === seen || kind === 'user_message') return false
  const now = [last.id, ...[...document.querySelectorAll('[data-testid=choices]')].map((c) => c.className)].join()
  const still = window.walkerSaw === now
  window.walkerSaw = now
  return still && last.id
}"""
"""The last message, once the turn is over, something can be done, and it is neither the one that was `seen` nor what
was just sent, which is there before its turn begins. (How many there are says nothing: old ones leave the page.)
Twice the same: what comes by itself is drawn piece by piece, and its buttons last."""

USED = "(button) => !button.isConnected || button.closest('.t-used') !== null || button.disabled"
"""Whether a button can no longer be clicked."""


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(ROOT / "curriculum")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A new home with the models that the tests' home has; what still trains in it at the end is ended."""
    models = Path(os.environ.get("TUTOR_TEST_HOME", "")) / "models"
    if not os.environ.get("TUTOR_TEST_HOME") or not (models / SMALL / "model.json").exists():
        pytest.skip(f"no weights: set TUTOR_TEST_HOME to a home with {SMALL}")
    home = tmp_path / "mi casa"
    (home / "models").mkdir(parents=True)
    for name in (SMALL, TALKS):
        if (models / name / "model.json").exists():
            shutil.copytree(models / name, home / "models" / name, copy_function=_link)
    for role in ("tutor", "workbench"):
        installed.use(home, role, SMALL)
    yield home
    for run in (home / "runs").glob("run-*"):
        _kill(run)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _kill(run: Path) -> None:
    process = read_process(run)
    if process:
        with suppress(OSError):
            os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()


class Walker(Learner):
    """Goes through lessons as a person would: reads what is open, answers it, clicks on."""

    def __init__(self, browser: Any, server: Server, course: Course, language: Language, file: Path) -> None:
        super().__init__(browser, server, locale={"es": "es-AR", "en": "en-GB"}[language])
        self.course, self.language, self.file = course, language, file
        self.lessons: list[str] = []
        self.seen = ""
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.unheard: list[str] = []
        """Buttons that had to be clicked twice: the page moved under the mouse."""
        self.settle()

    def settle(self, timeout: float = 90_000) -> None:
        """Wait until the turn is over."""
        try:
            self.seen = self.page.wait_for_function(IDLE, arg=self.seen, timeout=timeout, polling=300).json_value()
        except sync_api.TimeoutError:
            raise AssertionError(
                f"nothing new after {self.seen}; errors: {self.errors}; the page says {self.page.inner_text('main')}"
            ) from None
        here = self.page.locator("[aria-current=step]")
        name = here.inner_text().split("\n")[0] if here.count() else ""
        if name and name not in self.lessons:
            self.lessons.append(name)

    @property
    def choices(self) -> Any:
        return self.page.locator("[data-testid=choices]:not(.t-used) button")

    @property
    def labels(self) -> list[str]:
        return [label.split("\n")[-1] for label in self.choices.all_inner_texts()]

    @property
    def question(self) -> Any:
        return self.page.locator("[data-testid=question]:not(.t-done)")

    def until(self, there: Callable[[], bool], steps: int = 150) -> None:
        for _ in range(steps):
            if there():
                return
            self.step()
        raise AssertionError(f"not there; the buttons are {self.labels}")

    def step(self) -> None:
        """One thing a learner does: answer, guess, bring, vote, wait, or go on."""
        assert not BROKEN.search(self.page.locator(".ai-message").last.inner_text())
        labels = self.labels
        if self.question.count():
            self.answer()
        elif self.words("sample_verse") in labels:
            self.upload(self.file)
        elif labels == [self.words("dont_know")]:
            self.say("7")
        elif (on := self.words("dont_wait")) in labels:
            expect(self.choices.get_by_text(on)).to_have_count(0, timeout=TRAINED)
            self.seen = ""  # what the training ended with may have come before its buttons
        else:
            main = self.page.locator("[data-testid=choices]:not(.t-used) button.t-main")
            self.click((main if main.count() else self.choices).first)
        self.settle()

    def click(self, button: Any) -> None:
        """Click, and once more where nothing came of it, as a person does: what is drawn between the pressing and the
        letting go may take the button from under the mouse."""
        used = button.element_handle()
        button.click()
        try:
            self.page.wait_for_function(USED, arg=used, timeout=5_000)
        except sync_api.TimeoutError:
            self.unheard.append(used.inner_text())
            used.click()

    def words(self, button: str) -> str:
        from tutor.words import Words

        return Words(self.language)(f"chat.button.{button}")

    def upload(self, file: Path) -> None:
        self.page.set_input_files("#upload-button-input", file)
        expect(self.page.locator("#chat-submit")).to_be_enabled()
        self.page.wait_for_timeout(300)
        self.page.click("#chat-submit")

    def answer(self) -> None:
        """The right answer, by clicks, or typed where the question is about words or numbers."""
        card = self.question.last
        stem = letters(card.locator(".t-stem").inner_text())
        item = next((i for i in self.course.items.values() if letters(i.stem[self.language]) == stem), None)
        match item:
            case Choice(format="true_false"):
                card.locator(".t-option").nth(0 if "true" in item.right else 1).click()
            case Choice():
                for option in item.options:
                    if option.id in item.right:
                        self._option(card, option.text[self.language]).click()
            case Number():
                self.say(str(item.answer))
                return
            case Open():
                self.say("; ".join(e.accept[self.language][0] for e in item.expectations))
                return
            case Order():
                for place, id in enumerate(item.order):
                    text = next(o.text[self.language] for o in item.options if o.id == id)
                    while [letters(t) for t in card.locator(".t-option-text").all_inner_texts()].index(
                        letters(text)
                    ) > place:
                        self._option(card, text).locator("button").first.click()
            case _:
                card.locator(".t-option").first.click()  # a gap in the learner's own text: any will do
        card.locator("button[type=submit]").click()

    def _option(self, card: Any, text: str) -> Any:
        shown = [letters(t) for t in card.locator(".t-option-text").all_inner_texts()]
        return card.locator(".t-option").nth(shown.index(letters(text)))

    @property
    def card(self) -> Any:
        return self.page.get_by_test_id("run").last

    def share(self) -> int:
        return int(self.card.get_by_role("progressbar").get_attribute("aria-valuenow"))

    def leaves(self, allowed: str = "") -> None:
        self.context.close()
        assert self.hosts <= {"127.0.0.1", ""}
        assert [e for e in self.errors if not (allowed and re.search(allowed, e))] == []
        assert len(self.unheard) <= 1, self.unheard


def test_the_route_in_spanish(browser: Any, home: Path, course: Course, tmp_path: Path) -> None:
    file = tmp_path / "coplas de ñandúes.txt"
    coplas = (ROOT / "curriculum/samples/coplas.txt").read_text("utf-8").split("\n\n")
    file.write_text("\n\n".join(coplas[:30]), "utf-8")  # a third of them: what it trains on takes most of the time
    with serving(home, real=True) as server:
        person = Walker(browser, server, course, "es", file)
        page = person.page
        expect(page.locator(".ai-message").get_by_text("Soy Musa", exact=False)).to_have_count(1)
        person.say("escribo")
        person.settle()
        person.say("el camino corto")
        person.settle()
        person.until(lambda: page.get_by_test_id("run").count() > 0)
        person.recall()
        expect(page.get_by_test_id("attachment")).to_contain_text("coplas de ñandúes.txt")
        _training_survives(person, server)
        person.until(lambda: "7 de 7" in page.get_by_test_id("course-map").inner_text())
        assert [name.split()[0] for name in person.lessons] == [
            course.lessons[id].number for id in course.routes["express"]
        ]
        person.recall()
        expect(page.locator(".ai-message").get_by_text("Ahora sí, los nombres", exact=False)).to_have_count(1)
        expect(page.locator("[data-testid=run][data-state=done]").first).to_be_visible()
        person.choices.get_by_text(person.words("quiz")).click()
        person.settle()
        person.until(lambda: person.words("progress") in person.labels)
        person.leaves(allowed="net::ERR_|WebSocket|403")


def _training_survives(person: Walker, server: Server) -> None:
    """A reload, the end of the server and the end of the training itself, all while it trains."""
    page, card = person.page, person.card
    expect(card).to_have_attribute("data-state", "running")
    expect(card.locator("svg polyline").first).to_be_visible(timeout=TRAINED)
    person.step()
    last = page.locator("[data-step-type]").last.inner_text()
    page.reload()
    expect(card).to_have_attribute("data-state", "running", timeout=60_000)
    assert page.locator("[data-step-type]").last.inner_text() == last

    (run,) = (server.home / "runs").glob("run-*")
    reached = person.share()
    server.process.kill()
    server.process.communicate()
    server.process = ui_server.start(server.home, "--port", server.address.rpartition(":")[2], real=True)
    assert ui_server.wait_for(server.home, server.process) == server.address
    page.goto(server.enter())  # as the program does when it is started again
    expect(page.get_by_text("El entrenamiento sigue en marcha.", exact=True)).to_be_visible(timeout=60_000)
    expect(card).to_have_attribute("data-state", "running")
    assert person.share() >= reached > 0

    _kill(run)
    expect(card).to_have_attribute("data-state", "interrupted")
    expect(card.get_by_test_id("run-state")).to_have_text("Se cortó")
    card.get_by_test_id("run_resume").click()
    expect(card).to_have_attribute("data-state", "running")
    person.settle()


def test_a_first_lesson_in_english_and_the_other_language(browser: Any, home: Path, course: Course) -> None:
    with serving(home, real=True) as server:
        person = Walker(browser, server, course, "en", ROOT / "curriculum/samples/ballad.txt")
        page = person.page
        expect(page.locator(".ai-message").get_by_text("I'm Musa", exact=False)).to_have_count(1)
        person.step()
        person.say("the short way")
        person.settle()
        person.until(lambda: person.words("next_lesson") in person.labels)
        person.upload(person.file)
        person.settle()
        expect(person.last("passages")).to_be_visible()
        expect(page.get_by_test_id("course-map")).to_contain_text("1 of 7")
        person.say("en castellano, por favor")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.get_by_test_id("course-map")).to_contain_text("1 de 7")
        expect(page.locator(".ai-message").get_by_text("Hola de nuevo", exact=False)).to_be_visible()
        person.leaves()
