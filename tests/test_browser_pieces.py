"""The pieces of a text by hand in Chromium: said, seen, undone with a click, on a wide page and on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skills.workspace import Workspace
from tests.test_browser_forgetting import Owner
from tests.test_browser_ui import browser, expect
from tests.test_edit_entries import DIARY
from tests.ui_server import Server, serving

__all__ = ["browser"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("home"), real=True) as running:
        yield running


@pytest.mark.parametrize("width", [1440, 390])
def test_pieces_are_joined_left_out_and_put_back(browser: Any, server: Server, tmp_path: Path, width: int) -> None:
    owner = Owner(browser, server, width=width)
    page = owner.page
    path = tmp_path / f"diario {width}.txt"
    path.write_text(f"{DIARY}\n\nQuedó sin leer la página {width}.", "utf-8")
    owner.uploads(path)
    dataset = Workspace(server.home).find(path.stem).id

    def rows() -> list[str]:
        return [row.whole for row in Workspace(server.home).rows(dataset)]

    before = rows()
    owner.asks("mostrame las piezas una por una")
    expect(page.get_by_text("Las piezas de diario").last).to_be_visible()
    owner.asks("juntá cada fecha con el párrafo de abajo")
    assert len(rows()) == len(before) - 3
    owner.clicks("Deshacer")
    assert rows() == before
    owner.asks("sacá la 2 y la 4")
    assert rows() == [before[0], before[2], *before[4:]]
    owner.asks("¿qué quedó afuera?")
    owner.asks("volvé a poner la 4")
    assert rows() == [before[0], *before[2:]]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if shots := os.environ.get("TUTOR_TEST_SHOTS"):
        page.screenshot(path=Path(shots) / f"pieces-{width}.png")
    assert owner.errors == []
    owner.context.close()


JOURNAL = """3 March 1998

The letter I had waited for since the summer came, and I did not dare to open it in front of anybody.

4 March

I opened it. It said what they always say, in another hand, and I put it away in the button drawer.

Sunday 8

They all came to lunch and nobody asked about her."""


def test_in_english_after_a_wrong_file_and_over_a_reload(browser: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home", real=True) as server:
        owner = Owner(browser, server, locale="en-GB")
        page = owner.page
        wrong = tmp_path / "journal.doc"
        wrong.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))
        owner.uploads(wrong)
        expect(page.get_by_text("journal.doc").last).to_be_visible()
        path = tmp_path / "journal.txt"
        path.write_text(JOURNAL, "utf-8")
        owner.uploads(path)
        dataset = Workspace(server.home).find("journal").id

        def rows() -> list[str]:
            return [row.whole for row in Workspace(server.home).rows(dataset)]

        before = rows()
        owner.asks("show me the pieces one by one")
        expect(page.get_by_text("The pieces of journal").last).to_be_visible()
        owner.asks("take out 2 and 4")
        assert rows() == [before[0], before[2], *before[4:]]
        page.reload()
        owner.settled()
        owner.asks("put 4 back")
        assert rows() == [before[0], *before[2:]]
        owner.asks("join each date with the paragraph below it")
        assert len(rows()) < len(before) - 1
        owner.clicks("Undo")
        assert rows() == [before[0], *before[2:]]
        assert owner.errors == []
        owner.context.close()
