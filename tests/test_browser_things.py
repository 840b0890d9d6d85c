"""My texts and models in Chromium: the panel, by mouse and keyboard, on a phone; and a paste of any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skills.workspace import Workspace
from tests.test_browser_forgetting import Owner
from tests.test_browser_ui import browser, expect
from tests.test_session import VERSES
from tests.ui_server import Server, serving
from tutor.authoring.eval.made_runs import make_run

__all__ = ["browser"]
pytestmark = pytest.mark.browser
LINE = "Aquí me pongo a cantar al compás de la vigüela, dijo el que no duerme. "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home"), real=True) as running:
        yield running


def owner_of(browser: Any, server: Server, tmp_path: Path, width: int) -> Owner:
    """Who brought a text and has a model made with it."""
    owner = Owner(browser, server, width=width)
    path = tmp_path / "martín_fierro.txt"
    path.write_text(VERSES, "utf-8")
    owner.uploads(path)
    workspace = Workspace(server.home)
    dataset = workspace.find("martín_fierro").id
    if not (workspace.runs / "run-20251121-100000-aaaa").exists():
        make_run(workspace, "run-20251121-100000-aaaa", at=1_763_800_000, dataset_id=dataset, dataset=path.name)
    return owner


def test_the_panel_has_what_is_mine_and_everything_works_by_keyboard(
    browser: Any, server: Server, tmp_path: Path
) -> None:
    owner = owner_of(browser, server, tmp_path, 1440)
    page = owner.page
    page.reload()
    owner.settled()
    summary = page.get_by_test_id("things").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    rename = page.get_by_role("button", name="Cambiarle el nombre: Martín fierro, 22 de noviembre")
    expect(rename).to_be_visible()
    assert "run-2025" not in page.locator("body").inner_text()
    rename.focus()
    page.keyboard.press("Enter")
    owner.settled()
    owner.asks("Mi gaucho")
    expect(page.get_by_test_id("things").get_by_text("Mi gaucho", exact=True)).to_be_visible()
    owner.asks("llamalo El payador")
    expect(page.get_by_test_id("things").get_by_text("El payador", exact=True)).to_be_visible()
    page.get_by_role("button", name="Abrir: El payador").click()
    owner.settled()
    owner.asks("mis textos y modelos")
    expect(page.get_by_role("button", name="El payador").last).to_be_visible()
    assert owner.errors == []
    owner.context.close()


def test_on_a_phone_the_panel_closes_for_what_was_asked(browser: Any, server: Server, tmp_path: Path) -> None:
    owner = owner_of(browser, server, tmp_path, 390)
    page = owner.page
    page.locator(".t-map-button").click()
    page.get_by_test_id("things").locator("summary").click()
    delete = page.get_by_role("button", name="Borrar: martín_fierro.txt")
    delete.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    delete.click()
    expect(page.locator(".t-map")).to_have_count(0)
    owner.settled()
    expect(page.get_by_text("¿Borro la copia de").first).to_be_visible()
    owner.clicks("No, dejarlo")
    assert Workspace(server.home).find("martín_fierro")
    owner.context.close()


def paste(owner: Owner, text: str) -> None:
    """What a paste does, without the clipboard: megabytes typed by the driver would take minutes."""
    owner.page.evaluate(
        """(text) => {
          const box = document.querySelector('#chat-input')
          const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), 'value').set
          set.call(box, text)
          box.dispatchEvent(new Event('input', { bubbles: true }))
        }""",
        text,
    )


@pytest.mark.parametrize("megabytes", [1.5, 6])
def test_a_long_paste_arrives_and_its_beginning_is_shown(browser: Any, server: Server, megabytes: float) -> None:
    owner = Owner(browser, server)
    text = "\n".join(f"{LINE}{n}" for n in range(int(megabytes * 1e6 / len(LINE.encode()))))
    paste(owner, text)
    owner.page.focus("#chat-input")
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_text("Guardé una copia").first).to_be_visible(timeout=300_000)
    newest = Workspace(server.home).manifests()[-1]
    assert newest.characters >= len(text) * 0.95
    said = owner.page.locator("[data-step-type=user_message]").last
    expect(said).to_contain_text("palabras más)")
    assert len(said.inner_text()) < 2000
    owner.context.close()


def test_what_is_too_long_stays_where_it_was_written_and_that_is_said(browser: Any, server: Server) -> None:
    owner = Owner(browser, server)
    before = owner.page.locator("[data-step-type=user_message]").count()
    text = LINE * (21_000_000 // len(LINE.encode()))
    paste(owner, text)
    note = owner.page.locator(".t-too-long")
    expect(note).to_have_attribute("role", "alert")
    expect(note).to_contain_text("Guardalo en un archivo")
    owner.page.focus("#chat-input")
    owner.page.keyboard.press("Enter")
    owner.page.click("#chat-submit")
    owner.page.wait_for_timeout(1000)
    assert owner.page.locator("[data-step-type=user_message]").count() == before
    assert owner.page.evaluate("document.querySelector('#chat-input').value.length") == len(text)
    paste(owner, "hola")
    expect(note).to_have_count(0)
    owner.context.close()
