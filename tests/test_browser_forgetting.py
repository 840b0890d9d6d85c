"""In Chromium, with the real program: a text brought by hand and one pasted, and what is left of them once deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.test_browser_ui import Learner, browser, expect
from tests.test_forgetting import TEXT, WORDS
from tests.ui_server import Server, serving

__all__ = ["browser"]
pytestmark = pytest.mark.browser
PASTED = TEXT.replace("quiribumbo", "molondrino").replace("Filidoro", "Eufrasina")
ALL = (*WORDS, "molondrino", "Eufrasina")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "home", real=True) as running:
        yield running


def found(home: Path) -> list[str]:
    """Each file of the home with one of the words."""
    files = [path for path in sorted(home.rglob("*")) if path.is_file()]
    held = {path: path.read_bytes().lower() for path in files}
    return [f"{p.relative_to(home)}: {word}" for p in files for word in ALL if word.casefold().encode() in held[p]]


class Owner(Learner):
    """A learner who waits for each turn."""

    def asks(self, text: str) -> None:
        self.say(text)
        self.settled()

    def settled(self) -> None:
        self.page.wait_for_timeout(500)
        expect(self.page.locator("#stop-button")).to_have_count(0)
        expect(self.page.get_by_test_id("waiting")).to_have_count(0)
        expect(self.page.locator("[data-testid=choices]:not(.t-used)").last).to_be_visible()

    def uploads(self, path: Path) -> None:
        self.page.set_input_files("input[type=file]", str(path))
        expect(self.page.locator("#chat-submit")).to_be_enabled()
        self.page.wait_for_timeout(500)
        self.page.click("#chat-submit")
        self.settled()

    def pastes(self, text: str) -> None:
        self.page.click("#chat-input")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")
        self.settled()

    def clicks(self, label: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{re.escape(label)}|\\d+ {re.escape(label)}")).last.click()
        self.settled()


@pytest.fixture
def owner(browser: Any, server: Server, tmp_path: Path) -> Iterator[Owner]:
    """Who brought a file and pasted a text, and had both looked into."""
    owner = Owner(browser, server)
    brought = tmp_path / "cuaderno de Filidoro.txt"
    brought.write_text(TEXT, "utf-8")
    owner.uploads(brought)
    assert not [path for path in (server.home / "chat" / ".files").rglob("*") if path.is_file()]
    for words in ("mirá el texto por dentro", "buscá datos personales", "resumilo"):
        owner.asks(words)
    owner.pastes(PASTED)
    for words in ("mirá el texto por dentro", "¿cómo sigue «la zarzaperla azul»?"):
        owner.asks(words)
    yield owner
    owner.context.close()


def texts(owner: Owner) -> str:
    return str(owner.page.locator("body").inner_text())


def test_what_is_deleted_is_in_no_file_and_on_no_page(owner: Owner, server: Server) -> None:
    assert "zarzaperla" in texts(owner)
    for _ in range(2):
        owner.asks("mis textos y modelos")
        owner.page.locator("[data-testid=choices]:not(.t-used) button").first.click()
        owner.settled()
        owner.clicks("Borrar")
        owner.clicks("Sí, borrar")
    assert "no encontré ninguno" in texts(owner)
    assert [word for word in ALL if word.casefold() in texts(owner).casefold()] == []
    assert found(server.home) == []
    owner.page.reload()
    owner.settled()
    owner.recall()
    assert "Acá había algo de un texto que borraste" in texts(owner)
    assert [word for word in ALL if word.casefold() in texts(owner).casefold()] == []
    assert "Cannot read" not in texts(owner)
    assert owner.errors == []


def test_after_deleting_everything_nothing_is_left(owner: Owner, server: Server) -> None:
    unsent = server.home.parent / "sin mandar.txt"
    unsent.write_text(TEXT, "utf-8")
    owner.page.set_input_files("input[type=file]", str(unsent))  # chosen, and not sent
    owner.page.wait_for_timeout(500)
    owner.asks("mis textos y modelos")
    owner.clicks("Borrar todo lo mío")
    owner.clicks("Sí, borrar")
    expect(owner.page.get_by_text("Borré todo lo tuyo").first).to_be_visible()
    owner.settled()
    assert found(server.home) == []
    stored = owner.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert [word for word in ALL if word.casefold() in stored.casefold()] == []
