"""The chat in Chromium, with a scripted session: every card, by mouse and by keyboard, over reloads and restarts."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.ui_server import Server, serving

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
expect.set_options(timeout=20_000)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


class Learner:
    """A page, what it asked of the network, and what went wrong in it."""

    def __init__(
        self, browser: Any, server: Server, width: int = 1440, height: int = 900, locale: str = "es-AR"
    ) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.context.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(server.enter())
        self.page.wait_for_selector(".ai-message [data-testid=choices]")

    def say(self, text: str) -> None:
        expect(self.page.locator("#stop-button")).to_have_count(0)
        self.page.click("#chat-input")
        self.page.keyboard.type(text)
        for _ in range(60):  # while a turn is at work the composer keeps the words: on a busy machine, ask again
            self.page.keyboard.press("Enter")
            self.page.wait_for_timeout(100)
            composer = self.page.locator("#chat-input")
            if not composer.count() or not composer.inner_text().strip():  # none: the program was ended meanwhile
                return
            self.page.wait_for_timeout(250)

    def recall(self) -> None:
        """Bring back all that was said before what is on the page, and open its cards."""
        more = self.page.get_by_test_id("more-earlier")
        while more.count():
            label = more.inner_text()
            more.click()
            expect(self.page.get_by_text(label, exact=True)).to_have_count(0)
        self.page.evaluate("document.querySelectorAll('details.t-folded').forEach((card) => { card.open = true })")

    def last(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid).last


@pytest.fixture
def learner(browser: Any, server: Server) -> Iterator[Learner]:
    person = Learner(browser, server)
    yield person
    person.context.close()
    assert person.hosts <= {"127.0.0.1", ""}
    assert person.errors == []


def test_greeting_once_buttons_and_reload(learner: Learner) -> None:
    page = learner.page
    expect(page).to_have_url(re.compile("/thread/"))
    greeting = page.locator(".ai-message").get_by_text("Hola, soy Musa", exact=False)  # not its announcement
    expect(greeting).to_have_count(1)
    page.reload()
    expect(greeting).to_have_count(1)
    learner.last("choices").get_by_role("button", name="Doy clases").click()
    expect(page.locator("[data-step-type=user_message]")).to_have_text("Doy clases")
    expect(page.get_by_test_id("choices")).to_have_count(2)
    page.reload()
    used = page.get_by_test_id("choices").first
    expect(used.locator("[aria-pressed=true]")).to_contain_text("Doy clases")
    expect(used.locator("button:enabled")).to_have_count(0)
    learner.say("2")
    expect(page.get_by_test_id("choices").nth(1).locator("[aria-pressed=true]")).to_contain_text("Doy clases")


@pytest.mark.parametrize("format", ["single", "multiple", "true_false"])
def test_choosing_an_answer_with_the_keyboard_alone(learner: Learner, format: str) -> None:
    page = learner.page
    learner.say(format)
    card = learner.last("question")
    expect(card.get_by_role("button", name="Responder")).to_be_disabled()
    card.locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    card.get_by_role("button", name="Responder").focus()
    page.keyboard.press("Enter")
    expect(learner.last("verdict")).to_contain_text("Correcto")
    expect(card.get_by_text("tu respuesta")).to_have_count(1)
    page.reload()
    expect(learner.last("verdict")).to_contain_text("Correcto")
    expect(learner.last("question").locator("input:enabled")).to_have_count(0)


def test_the_next_button_comes_under_the_fingers_of_who_uses_the_keyboard(learner: Learner) -> None:
    page = learner.page
    learner.last("choices").get_by_role("button").first.focus()
    for count in (2, 3):
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("choices")).to_have_count(count)
        expect(learner.last("choices").locator("button:focus")).to_have_count(1)


def test_a_wrong_answer_shows_both_in_words(learner: Learner) -> None:
    learner.say("single")
    card = learner.last("question")
    card.get_by_text("Que entendió el refrán").click()
    card.get_by_role("button", name="Responder").click()
    expect(learner.last("verdict")).to_contain_text("Todavía no")
    expect(card.locator(".t-option").nth(0)).to_contain_text("correcta")
    expect(card.locator(".t-option").nth(1)).to_contain_text("tu respuesta")


def test_ordering_with_buttons(learner: Learner) -> None:
    learner.say("order")
    card = learner.last("question")
    expect(card.locator(".t-option-text").first).to_have_text("Corta tu texto en tokens")
    card.get_by_role("button", name="Bajar: Corta tu texto").click()
    expect(card.locator(".t-option-text").nth(1)).to_have_text("Corta tu texto en tokens")
    card.get_by_role("button", name="Responder").click()
    expect(learner.last("verdict")).to_be_visible()


def test_number_and_open(learner: Learner) -> None:
    learner.say("number")
    learner.last("question").locator("input.t-field").fill("3,5")
    learner.page.keyboard.press("Enter")
    expect(learner.last("verdict")).to_contain_text("Correcto")
    learner.say("open")
    learner.last("question").locator("textarea").fill("pedacitos de texto\ncon: dos puntos")
    learner.last("question").get_by_role("button", name="Responder").click()
    expect(learner.last("verdict")).to_contain_text("Una respuesta posible")
    expect(learner.last("question").locator("blockquote")).to_contain_text("con: dos puntos")


def test_every_card_draws_and_survives_a_reload(learner: Learner) -> None:
    page = learner.page
    for scene in ("bars", "charts", "texts", "run"):
        learner.say(scene)
        expect(page.locator("[data-step-type=user_message]").last).to_have_text(scene)
        expect(page.locator(".ai-message").last.locator(".t-card").first).to_be_visible()
    kinds = {
        "probabilities": 1,
        "tokens": 1,
        "chart": 2,
        "table": 1,
        "compare": 1,
        "passages": 1,
        "artefact": 1,
        "notice": 1,
        "run": 1,
    }
    for _ in range(2):
        for kind, count in kinds.items():
            expect(page.get_by_test_id(kind)).to_have_count(count)
        expect(page.get_by_test_id("run-state")).to_have_text("En marcha")
        expect(page.locator("[data-testid=run] svg[role=img] polyline")).to_have_count(2)
        expect(page.locator("[data-testid=run] svg[role=img]")).to_contain_text("125")  # the axis goes to its end, 120
        page.reload()
    page.get_by_test_id("tokens").get_by_label("Ver los números").check()
    expect(page.get_by_test_id("tokens").locator(".t-token small").first).to_have_text("100")
    page.get_by_role("button", name="Ver el texto entero").click()
    expect(page.get_by_role("button", name="Ver solo el comienzo")).to_be_visible()


def test_the_comment_is_under_its_card_and_the_rest_behind_lines(learner: Learner) -> None:
    page = learner.page
    learner.say("folded")
    said = page.locator(".ai-message").last
    expect(said.get_by_test_id("folds")).to_be_visible()
    places = [
        found.bounding_box()["y"]
        for found in (
            said.get_by_test_id("probabilities"),
            said.get_by_text("Sí: es un reparto de apuestas"),
            said.get_by_test_id("folds"),
            learner.last("choices"),
        )
    ]
    assert places == sorted(places)
    expect(page.get_by_test_id("tokens")).to_have_count(0)
    said.get_by_text("Las fichas").click()
    expect(page.get_by_test_id("tokens")).to_be_visible()
    learner.say("En números")
    expect(page.get_by_test_id("table")).to_be_visible()
    expect(page.get_by_test_id("folds")).to_have_count(1)
    mine = page.locator("[data-step-type=user_message]").last.bounding_box()["y"]
    assert mine < page.get_by_test_id("table").bounding_box()["y"] < learner.last("choices").bounding_box()["y"]
    page.reload()
    expect(page.get_by_test_id("table")).to_be_visible()


def test_pausing_a_run_from_its_card(learner: Learner) -> None:
    learner.say("run")
    line = learner.page.get_by_test_id("running")
    expect(line).to_contain_text("El entrenamiento: 60")
    expect(line.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "60")
    expect(learner.page.get_by_test_id("running-news")).to_contain_text("El entrenamiento: 60")
    learner.page.get_by_test_id("run_discard").click()
    expect(learner.page.get_by_role("alertdialog")).to_contain_text("¿Lo descarto igual?")
    learner.page.get_by_role("button", name="Mejor no").click()
    learner.page.get_by_test_id("run_pause").click()
    expect(learner.last("run-state")).to_have_text("En pausa")
    expect(learner.page.get_by_test_id("run_resume")).to_be_visible()
    expect(line).to_have_count(0)
    expect(learner.page.get_by_test_id("running-news")).to_have_text("El entrenamiento ya no está en marcha.")


def test_waiting_streaming_and_the_source(learner: Learner) -> None:
    learner.say("token")
    expect(learner.last("waiting")).to_be_visible()
    expect(learner.page.get_by_text("De la lección 1.3", exact=True)).to_be_visible()
    expect(learner.page.get_by_test_id("waiting")).to_have_count(0)
    expect(learner.page.get_by_test_id("live")).to_contain_text("pedacito de texto")


def test_stopping_what_takes_long(learner: Learner) -> None:
    learner.say("slow")
    expect(learner.last("waiting")).to_be_visible()
    learner.page.click("#stop-button")
    expect(learner.page.get_by_text("Dejé eso por la mitad.")).to_be_visible()
    expect(learner.page.get_by_test_id("waiting")).to_have_count(0)
    learner.say("single")
    expect(learner.last("question")).to_be_visible()


def test_an_error_becomes_a_sentence_with_a_reference(learner: Learner) -> None:
    learner.say("boom")
    expect(learner.page.get_by_text(re.compile("la referencia [0-9a-f]{8}"))).to_be_visible()


def test_text_is_neither_eaten_nor_fetched(learner: Learner) -> None:
    learner.say("otra cosa: ![x](http://example.invalid/y.png) <b>a:b</b>")
    expect(learner.page.locator("[data-step-type=user_message]").last).to_contain_text("<b>a:b</b>")
    expect(learner.page.get_by_text("user:hello a:b", exact=False)).to_contain_text("<b>10:30</b>")
    assert learner.page.locator(".ai-message img[src*=invalid]").count() == 0


def test_files(learner: Learner, tmp_path: Path) -> None:
    page, file = learner.page, tmp_path / "cuentos ñ.JSONL"
    file.write_text('{"text": "había una vez"}\n', "utf-8")
    page.set_input_files("#upload-button-input", file)
    page.wait_for_timeout(500)
    page.click("#chat-submit")
    expect(learner.last("passages")).to_be_visible()
    expect(page.get_by_test_id("attachment")).to_contain_text("cuentos ñ.JSONL")
    page.reload()
    expect(page.get_by_test_id("attachment")).to_contain_text("cuentos ñ.JSONL")
    empty = tmp_path / "vacío.txt"
    empty.write_bytes(b"")
    page.set_input_files("#upload-button-input", empty)
    expect(page.locator(".ai-message").last).to_contain_text("vacío.txt")


def test_the_map_leads_to_a_lesson_and_folds(learner: Learner) -> None:
    page = learner.page
    course = page.get_by_test_id("course-map")
    expect(course.locator("[aria-current=step]")).to_contain_text("Estás acá")
    course.get_by_role("button", name="2.1 Traer un texto").click()
    expect(page.locator("[data-step-type=user_message]").last).to_have_text("Ir a «Traer un texto»")
    page.get_by_role("button", name="El curso", exact=True).click()
    expect(course).to_have_count(0)
    learner.say("single")
    expect(learner.last("question")).to_be_visible()
    expect(course).to_have_count(0)
    page.get_by_role("button", name="El curso", exact=True).click()
    expect(course).to_be_visible()


def test_the_map_goes_on_with_a_window_that_was_narrow_and_grows(browser: Any, server: Server) -> None:
    person = Learner(browser, server, 390, 844)
    page = person.page
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_test_id("course-map")).to_be_visible()
    page.set_viewport_size({"width": 720, "height": 450})
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    person.say("map")
    expect(page.locator("[data-step-type=user_message]").last).to_have_text("map")
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator("[aria-current=step]")).to_contain_text("2.3")  # as it is now, and not as it was
    expect(page.locator("[aria-current=step]")).to_be_in_viewport()
    person.say("unmap")
    expect(page.locator("[aria-current=step]")).to_contain_text("1.3")
    page.get_by_role("button", name="Ir por otro camino").click()
    expect(page.locator("[data-step-type=user_message]").last).to_have_text("Ir por otro camino")
    page.get_by_text("En qué me baso").click()
    expect(page.get_by_test_id("course-map")).to_contain_text("2/2")
    person.context.close()


def test_narrow_window_without_sideways_scrolling(browser: Any, server: Server) -> None:
    person = Learner(browser, server, 390, 844)
    page = person.page
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    for scene in ("bars", "charts", "texts", "run", "order"):
        person.say(scene)
    expect(person.last("question")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        page.evaluate(
            "Math.max(...[...document.querySelectorAll('.t-card')].map(e => e.getBoundingClientRect().right))"
        )
        <= 390
    )
    page.get_by_role("button", name="El curso").click()
    page.get_by_test_id("course-map").get_by_role("button", name="2.1 Traer un texto").click()
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Ir a «Traer un texto»")).to_be_visible()
    person.context.close()


def test_deleting_a_conversation(learner: Learner) -> None:
    learner.say("texts")
    page = learner.page
    expect(page.get_by_test_id("compare")).to_be_visible()
    page.locator("#sidebar-trigger-button").last.click()
    expect(page.get_by_text("Hoy", exact=True)).to_be_visible()
    assert page.get_by_text("Untitled").count() == 0


def test_the_other_language(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        person = Learner(browser, server, locale="en-US")
        said = person.page.locator(".ai-message")
        expect(said.get_by_text("Hello, I'm Musa")).to_be_visible(timeout=60_000)
        person.say("change_language")
        expect(said.get_by_text("Hola, soy Musa")).to_be_visible()
        expect(person.page.locator("html")).to_have_attribute("lang", "es")
        expect(person.page.get_by_text("Musa vive en tu computadora.")).to_be_visible()
        person.say("quit")
        expect(said.get_by_text("Hasta luego.")).to_be_visible()
        server.process.wait(timeout=15)
        assert server.process.returncode == 0
        person.context.close()
        assert person.hosts <= {"127.0.0.1", ""}
