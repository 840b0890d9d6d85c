"""The chat for who listens to it or has no mouse: axe-core on every screen, names, headings, focus, small windows.

axe-core (MPL-2.0) comes with the package axe-playwright-python; only its script is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.test_browser_ui import Learner, browser, expect, server
from tests.ui_server import Server, serving

__all__ = ["browser", "server"]
pytestmark = pytest.mark.browser

GRAVE = ("moderate", "serious", "critical")
SCENES = (
    "single",
    "multiple",
    "true_false",
    "number",
    "order",
    "open",
    "bars",
    "charts",
    "folded",
    "figures",
    "texts",
    "run",
    "settings",
    "boom",
)
CONTROL_ROLES = (
    "button", "link", "radio", "checkbox", "textbox", "combobox", "slider", "progressbar", "dialog", "alertdialog",
    "separator", "navigation", "complementary", "radiogroup", "region", "heading",
)  # fmt: skip
"""What a screen reader announces by its name."""


def violations(page: Any) -> list[str]:
    """What axe-core finds of impact moderate or worse: impact, rule, the elements."""
    spec = find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate((Path(spec.origin).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
    return [
        f"{v['impact']} {v['id']}: {[node['html'][:120] for node in v['nodes']]}" for v in found if v["impact"] in GRAVE
    ]


def nodes(page: Any) -> list[dict[str, Any]]:
    """The accessibility tree as a screen reader goes through it: role, name, description and level of each node."""
    client = page.context.new_cdp_session(page)
    raw = {node["nodeId"]: node for node in client.send("Accessibility.getFullAXTree")["nodes"]}
    client.detach()
    found: list[dict[str, Any]] = []

    def walk(id: str) -> None:
        node = raw.get(id)
        if node is None:
            return
        if not node.get("ignored"):
            level = next((p["value"]["value"] for p in node.get("properties", ()) if p["name"] == "level"), 0)
            said = {key: node.get(key, {}).get("value", "") for key in ("role", "name", "description")}
            found.append(said | {"level": level})
        for child in node.get("childIds", ()):
            walk(child)

    walk(next(id for id, node in raw.items() if not node.get("parentId")))
    return found


def check_tree(tree: list[dict[str, Any]], top: int = 1) -> None:
    """Every control has a name, none in Chainlit's English; one heading of the level `top`, the first, and no level is
    skipped. (In a dialog that hides the page, the top level is 2.)"""
    assert [node for node in tree if node["role"] in CONTROL_ROLES and not node["name"]] == []
    names = " | ".join(node["name"] for node in tree)
    for english in ("Toggle", "Close", "Avatar for", "Notifications", "Cmd"):
        assert english not in names
    levels = [node["level"] for node in tree if node["role"] == "heading"]
    assert levels[0] == top
    assert levels.count(top) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def focused(page: Any) -> str:
    """What has the focus: its name or its text."""
    return str(
        page.evaluate(
            "(() => { const e = document.activeElement; if (!e || e === document.body) return '';"
            " return e.getAttribute('aria-label') || e.innerText || e.id || e.className })()"
        )
    )


def focus_on(page: Any, selector: str) -> None:
    expect(page.locator(f"{selector}:focus"), f"not on {focused(page)!r}").to_have_count(1, timeout=10_000)


@pytest.fixture
def learner(browser: Any, server: Server) -> Iterator[Learner]:
    person = Learner(browser, server)
    yield person
    person.context.close()
    assert person.errors == []


def dark(person: Learner) -> None:
    person.page.evaluate("localStorage.setItem('vite-ui-theme', 'dark')")
    person.page.reload()
    expect(person.page.locator("html.dark")).to_have_count(1)
    person.page.wait_for_selector(".ai-message [data-testid=choices]")


def show_conversations(person: Learner) -> None:
    page = person.page
    page.reload()  # the list is as it was when the page opened
    page.wait_for_selector("#chat-input", timeout=60_000)
    expect(page.locator(".ai-message").last).to_be_visible(timeout=60_000)
    page.locator("#sidebar-trigger-button").last.click()
    expect(page.get_by_text("Hoy", exact=True)).to_be_visible()
    page.wait_for_timeout(500)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(browser: Any, server: Server, width: int, theme: str) -> None:
    person = Learner(browser, server, width, 900)
    page = person.page
    if theme == "dark":
        dark(person)
    found = {"greeting": violations(page)}
    for scene in SCENES:
        person.say(scene)
        expect(page.locator("[data-step-type=user_message]").last).to_have_text(scene)
        expect(page.locator("[data-step-type]").last).to_have_attribute("data-step-type", "assistant_message")
        page.wait_for_timeout(300)
        found[scene] = violations(page)
    person.last("question").locator("textarea").fill("un pedacito")
    person.last("question").get_by_role("button", name="Responder").click()
    expect(person.last("verdict")).to_be_visible()
    found["verdict"] = violations(page)
    page.evaluate("document.querySelectorAll('.t-card details').forEach((e) => { e.open = true })")
    found["all open"] = violations(page)
    if width < 1024:
        page.get_by_role("button", name="El curso").click()
    expect(page.get_by_test_id("course-map")).to_be_visible()
    found["map"] = violations(page)
    check_tree(nodes(page), top=1 if width >= 1024 else 2)
    if width < 1024:
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("course-map")).to_have_count(0)
    show_conversations(person)
    found["conversations"] = violations(page)
    person.context.close()
    assert [f"{screen}: {bad}" for screen, bad in found.items() if bad] == []


def test_axe_finds_nothing_in_the_real_program(browser: Any, tmp_path: Path) -> None:
    """What the scripted session does not have: one's own data, the course's own questions, a quiz, in English."""
    with serving(tmp_path / "home", real=True) as real:
        person = Learner(browser, real, 390, 844, locale="en-GB")
        page, found = person.page, {}
        for said in ("what do you keep about me?", "my texts and models", "quiz me"):
            count = page.locator(".ai-message").count()
            person.say(said)
            page.wait_for_function("(n) => document.querySelectorAll('.ai-message').length > n", arg=count)
            page.wait_for_timeout(500)
            found[said] = violations(page)
        check_tree(nodes(page))
        person.context.close()
    assert [f"{screen}: {bad}" for screen, bad in found.items() if bad] == []


def test_every_control_has_a_name_in_the_learners_language(learner: Learner) -> None:
    page = learner.page
    learner.say("single")
    expect(learner.last("question")).to_be_visible()
    learner.say("charts")
    expect(learner.last("table")).to_be_visible()
    check_tree(nodes(page))
    for name in ("Enviar", "Traer un archivo", "Cerrar el curso", "Cambiar entre claro y oscuro", "Conversaciones"):
        expect(page.get_by_role("button", name=name, exact=True).first).to_be_attached()
    show_conversations(learner)
    expect(page.get_by_role("button", name="Buscar en las conversaciones")).to_be_visible()
    expect(page.get_by_role("button", name="Cambiar el nombre o borrar").first).to_be_attached()
    check_tree(nodes(page))
    page.get_by_role("button", name="Buscar en las conversaciones").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert "Close" not in [node["name"] for node in nodes(page)]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus_on(page, "#search-chats-button")


@pytest.mark.parametrize(("format", "role"), [("single", "radio"), ("multiple", "checkbox")])
def test_options_are_announced_with_their_place(learner: Learner, format: str, role: str) -> None:
    learner.say(format)
    expect(learner.last("question")).to_be_visible()
    tree = nodes(learner.page)
    options = [node for node in tree if node["role"] == role and node["description"]]
    assert [node["description"] for node in options] == ["1 de 3", "2 de 3", "3 de 3"]
    assert options[1]["name"] == "Que entendió el refrán en un 91 %"
    assert any(node["role"] in ("radiogroup", "group") and "¿Qué quiere decir?" in node["name"] for node in tree)
    expect(learner.page.get_by_test_id("live")).to_contain_text("Que entendió el refrán")


def test_the_focus_follows_an_option_to_the_end_of_the_list(learner: Learner) -> None:
    page = learner.page
    learner.say("order")
    card = learner.last("question")
    card.get_by_role("button", name="Bajar: Corta tu texto").focus()
    for _ in range(2):
        page.keyboard.press("Enter")
    expect(card.locator(".t-option-text").last).to_have_text("Corta tu texto en tokens")
    assert focused(page) == "Subir: Corta tu texto en tokens"  # the other arrow is out of use down there
    expect(card.get_by_role("status")).to_have_text("Corta tu texto en tokens: 3 de 3")
    for _ in range(2):
        page.keyboard.press("Enter")
    assert focused(page) == "Bajar: Corta tu texto en tokens"


def test_the_focus_stays_when_a_question_is_answered(learner: Learner) -> None:
    page = learner.page
    learner.say("open")
    learner.last("question").locator("textarea").focus()
    page.keyboard.type("un pedacito de texto")
    page.keyboard.press("Control+Enter")
    expect(learner.last("verdict")).to_be_visible()
    assert focused(page) != ""
    focus_on(page, "[data-testid=choices]:not(.t-used) button")


def test_the_focus_stays_when_one_thinks_better_of_it(learner: Learner) -> None:
    page = learner.page
    learner.say("run")
    page.get_by_test_id("run_discard").last.focus()
    page.keyboard.press("Enter")
    focus_on(page, "[role=alertdialog] button.t-main")
    page.keyboard.press("Enter")
    focus_on(page, "[data-testid=run_discard]")
    page.keyboard.press("Enter")
    focus_on(page, "[role=alertdialog] button.t-main")
    page.keyboard.press("Escape")
    focus_on(page, "[data-testid=run_discard]")
    page.get_by_test_id("run_pause").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("run_resume").last).to_be_visible()
    page.wait_for_timeout(300)
    assert focused(page) != ""


def test_escape_closes_the_map_and_the_focus_is_on_its_button(browser: Any, server: Server) -> None:
    person = Learner(browser, server, 390, 844)
    page = person.page
    button = page.locator(".t-map-button")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="El curso")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    focus_on(page, ".t-map-button")
    expect(button).to_have_attribute("aria-expanded", "false")
    person.say("single")
    expect(person.last("question")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    person.context.close()


def test_a_window_that_grows_narrow_folds_the_map(learner: Learner) -> None:
    """200 % on a screen of 1440, and back."""
    page = learner.page
    expect(page.get_by_test_id("course-map")).to_be_visible()
    page.focus("#chat-input")
    page.set_viewport_size({"width": 720, "height": 450})
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    focus_on(page, "#chat-input")
    learner.say("single")
    expect(learner.last("question")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.get_by_role("button", name="El curso").click()
    page.get_by_test_id("course-map").get_by_role("button", name="2.1 Traer un texto").click()
    expect(page.locator("[data-step-type=user_message]").last).to_have_text("Ir a «Traer un texto»")
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_test_id("course-map")).to_be_visible()
    page.set_viewport_size({"width": 820, "height": 1180})
    expect(page.get_by_test_id("course-map")).to_have_count(0)
    page.set_viewport_size({"width": 1180, "height": 820})
    expect(page.get_by_test_id("course-map")).to_be_visible()


def test_notices_in_cards_say_what_they_are(learner: Learner) -> None:
    learner.say("settings")
    card = learner.last("settings")
    expect(card).to_be_visible()
    for notice in card.get_by_role("note").all():
        assert notice.get_attribute("aria-label") in ("Para saber", "Atención")
        assert notice.locator("svg").count() == 1
    learner.say("texts")
    expect(learner.page.get_by_role("note", name="Atención").last).to_be_visible()


def test_an_address_is_no_way_out(learner: Learner) -> None:
    page = learner.page
    learner.say("otra cosa")
    said = page.locator(".ai-message").last
    expect(said).to_contain_text("hello a:b")
    learner.say("addresses")
    said = page.locator(".ai-message").last
    expect(said).to_contain_text("https://example.invalid/a?b=c")
    expect(said).to_contain_text("un enlace")
    expect(said.locator("a[href]")).to_have_count(0)
    pages = len(page.context.pages)
    said.get_by_text("un enlace").click()
    page.wait_for_timeout(300)
    assert len(page.context.pages) == pages
    expect(page).to_have_url(page.url)


OVER = """() => {
  const cut = []
  for (const card of document.querySelectorAll('.t-card, .t-choices')) {
    for (const e of card.querySelectorAll('*')) {
      if (e.closest('.t-hidden, svg, .t-stacked thead, .t-track, .t-bar, details:not([open])')) continue
      const box = e.getBoundingClientRect(), room = card.getBoundingClientRect()
      const scrolls = e.closest('.t-scroll')
      const over = box.width && (box.right > room.right + 1 || box.left < room.left - 1)
      if (over && !scrolls) cut.push(e.outerHTML.slice(0, 160))
      if (scrolls && scrolls.scrollWidth > scrolls.clientWidth + 1) cut.push('scrolls: ' + e.outerHTML.slice(0, 160))
    }
  }
  return cut
}"""
"""Elements of cards that are cut at the side, in the page."""


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_is_cut_on_a_phone(browser: Any, server: Server, width: int) -> None:
    person = Learner(browser, server, width, 740)
    page = person.page
    for scene in ("bars", "figures", "folded", "charts", "wide", "texts", "run", "settings", "order"):
        person.say(scene)
        expect(page.locator("[data-step-type=user_message]").last).to_have_text(scene)
        expect(page.locator("[data-step-type]").last).to_have_attribute("data-step-type", "assistant_message")
    expect(person.last("question")).to_be_visible()
    assert page.evaluate(OVER) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.get_by_test_id("table").last
    expect(wide.locator("table.t-stacked")).to_have_count(1)
    expect(wide.get_by_role("rowheader").first).to_be_attached()
    assert wide.get_by_role("columnheader").count() == 5
    person.context.close()


@pytest.mark.parametrize("width", [390, 320])
def test_what_is_said_of_an_answer_leaves_it_room(browser: Any, server: Server, width: int) -> None:
    """«Tu respuesta» and «respuesta correcta» beside a short answer left it a column of single letters."""
    person = Learner(browser, server, width, 740)
    person.say("single")
    card = person.last("question")
    card.locator(".t-option").first.click()
    card.get_by_role("button", name="Responder").click()
    expect(person.last("verdict")).to_be_visible()
    expect(card.locator(".t-marks em")).to_have_count(2)
    room = card.locator(".t-option").first.evaluate(
        "(e) => e.querySelector('.t-option-text').getBoundingClientRect().width / e.getBoundingClientRect().width"
    )
    assert room > 0.6
    assert page_width(person) <= width
    person.context.close()


def page_width(person: Learner) -> int:
    return int(person.page.evaluate("document.documentElement.scrollWidth"))


def test_the_way_down_covers_nothing(browser: Any, server: Server) -> None:
    person = Learner(browser, server, 390, 740)
    page = person.page
    for scene in ("texts", "settings"):
        person.say(scene)
    expect(person.last("settings")).to_be_visible()
    page.wait_for_timeout(800)
    page.mouse.move(195, 300)
    page.mouse.wheel(0, -1500)
    arrow = page.get_by_role("button", name="Ir a lo último")
    expect(arrow).to_be_visible()
    box = arrow.bounding_box()
    seen = page.locator("[data-step-type]").first.evaluate(
        "(e) => { while (!/auto|scroll/.test(getComputedStyle(e).overflowY)) e = e.parentElement;"
        " return e.getBoundingClientRect().bottom }"
    )
    assert box["y"] >= seen - 1
    person.context.close()
