"""How quick the chat is: from the command to the first greeting drawn, and from a click to the next step drawn.

    python -m benchmarks.chat [--home DIR] [--clicks 60] [--long] [--chromium /usr/bin/chromium]

The greeting is timed twice in a new home (cold, then warm: the figure that counts) from the start of `start.py`'s last
step, `tutor serve`, until Musa's words are on the page. Clicks go through the course without a model (so that no model
is waited for), then again while a fine-tune runs in the home given with --home, which needs a model. With --long, one
conversation of 310 turns instead: clicks early and late in it, how large the page is, and how soon it is open again.
Prints medians and 95th percentiles in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from tutor.ui.serve import ask_address

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ONWARD = """() => {
  const open = [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].pop()
  return open && (open.querySelector('.t-main') || open.querySelector('button'))
}"""
"""The button that leads on: the main one, else the first (in a question the hint, then the answer)."""
CLICK = """(pause) => new Promise((done) => {
  const button = (ONWARD)(), before = new Set(document.querySelectorAll('.ai-message, [data-testid=choices]'))
  const fresh = (kind, but) => [...document.querySelectorAll(kind)].some(
    (e) => !before.has(e.closest('.ai-message')) && !(but && e.closest(but)))
  const next = () => [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].some((e) => !before.has(e))
  const began = performance.now(), seen = { words: null, cards: null, free: null }
  const drawn = (what) => requestAnimationFrame(() => { seen[what] ??= performance.now() - began })
  const watch = new MutationObserver(() => {
    if (seen.words === null && fresh('.ai-message [role=article]', '.inline-custom')) drawn('words')
    if (seen.cards === null && fresh('.ai-message .t-card')) drawn('cards')
    if (next()) {
      watch.disconnect()
      clearTimeout(lost)
      requestAnimationFrame(() => requestIdleCallback(() => {
        seen.free = performance.now() - began
        setTimeout(() => done(seen), pause)
      }))
    }
  })
  watch.observe(document.body, { childList: true, subtree: true })
  const lost = setTimeout(() => { watch.disconnect(); done(seen) }, 60000)
  button.click()
})""".replace("ONWARD", ONWARD)
"""Milliseconds from a click until its first words are drawn (those on a card are the card's), its first card, and
until its buttons can be used: they are there and the page has nothing left to do. Null for what does not come."""
IN_SIGHT = """() => {
  const open = [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].pop()
  const composer = document.querySelector('#message-composer')
  if (!open || !composer) return false
  const place = open.getBoundingClientRect()
  return place.height > 0 && place.top > 0 && place.bottom <= composer.getBoundingClientRect().top
}"""
SPANS = ((1, 10), (80, 90), (300, 310))
"""The turns that are measured of a long conversation."""
Times = dict[str, float | None]


@contextmanager
def served(home: Path) -> Iterator[tuple[str, float]]:
    """The tutor, served from `home`; its address and the moment (monotonic, seconds) its process was started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tutor.cli", "serve", "--no-browser", "--home", str(home), "--port", str(port)]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONUTF8": "1"})
    try:
        yield _address(process, home), began
    finally:
        process.terminate()
        process.wait(30)


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    """An address that lets the browser in, once the server gives one."""
    while process.poll() is None:
        try:
            return ask_address(home)
        except (OSError, ValueError, KeyError, httpx.HTTPError):
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def greeting(page: Page, home: Path) -> float:
    """Seconds from the command to the greeting on the page; the browser is open already, as the learner's is."""
    with served(home) as (address, began):
        page.goto(address)
        page.get_by_text("Musa").first.wait_for(timeout=60_000)
        page.locator("[data-testid=choices]").first.wait_for(timeout=60_000)
        return time.monotonic() - began


def clicks(page: Page, count: int, pause: int = 250) -> list[Times]:
    """The times of each of `count` clicks on the way onward, `pause` milliseconds apart."""
    times: list[Times] = []
    for _ in range(count):
        page.wait_for_function(f"() => Boolean(({ONWARD})())", timeout=90_000)  # a node given back would be kept alive
        times.append(page.evaluate(CLICK, pause))
    return times


def long_conversation(page: Page, address: str, spans: tuple[tuple[int, int], ...]) -> None:
    """One conversation through the `spans`, in one page: what a click takes early and late, and how large the page is.
    Between the spans nobody reads; within them a second passes after each turn."""
    page.goto(address)
    done = 0
    for first, last in spans:
        clicks(page, first - 1 - done, pause=50)
        page.wait_for_timeout(2000)
        print(summary(f"turns {first} to {last}", clicks(page, last - first + 1, pause=1000)))
        print(f"  the page          {size(page)}", flush=True)
        done = last
    print(f"  reopened, to what is open in sight  {reopening(page):.1f} s")


def size(page: Page) -> str:
    """Nodes and memory of the page, after garbage was collected."""
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    found = {metric["name"]: metric["value"] for metric in tools.send("Performance.getMetrics")["metrics"]}
    tools.detach()
    messages = page.locator("[data-step-type]").count()
    return f"{messages} messages, {found['Nodes']:.0f} nodes, {found['JSHeapUsedSize'] / 1e6:.0f} MB of scripts' memory"


def reopening(page: Page) -> float:
    """Seconds from asking for the page's address again until the buttons that are open are in sight."""
    began = time.monotonic()
    page.reload(wait_until="commit")
    page.wait_for_function(IN_SIGHT, timeout=60_000)
    return time.monotonic() - began


def begin_training(page: Page) -> None:
    """To the lesson that trains, and on until the training's card shows a first step."""
    page.locator("#chat-input").click()
    page.keyboard.type("vamos a la lección 5.6")
    page.keyboard.press("Enter")
    for _ in range(12):
        page.wait_for_timeout(2500)
        if page.locator("[data-testid=run]").count():
            return
        page.evaluate(CLICK, 0)
    raise SystemExit("the training did not begin")


def summary(name: str, times: list[Times]) -> str:
    lines = [f"{name} ({len(times)} clicks)"]
    for what, label in (("words", "to its words"), ("cards", "to its card"), ("free", "to its buttons")):
        found = [value for time in times if (value := time[what]) is not None]
        lines.append(f"  {label:<18}{figures(found)}   {len(found)} turns")
    return "\n".join(lines)


def figures(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    median = statistics.median(times)
    return f"median {median:6.0f} ms   95th percentile {p95:6.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home with a model, for the clicks while a fine-tune runs")
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--long", action="store_true", help="only one long conversation: its early and its late turns")
    parser.add_argument("--turns", type=int, default=SPANS[-1][1], help="where the long conversation ends")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=options.chromium, args=FLAGS)
        page = browser.new_context(locale="es-AR", viewport={"width": 1440, "height": 900}).new_page()
        if options.long:
            with served(Path(folder) / "long") as (address, _):
                long_conversation(page, address, tuple(span for span in SPANS if span[1] <= options.turns))
        else:
            short_conversations(page, Path(folder), options.clicks, options.home)
        browser.close()


def short_conversations(page: Page, folder: Path, count: int, home: Path | None) -> None:
    cold, warm = greeting(page, folder / "cold"), greeting(page, folder / "cold")
    print(f"command to greeting drawn          first start {cold:.1f} s   second start {warm:.1f} s")
    with served(folder / "clicks") as (address, _):
        page.goto(address)
        print(summary("click to next step, no model", clicks(page, count)))
    if home:
        with served(home) as (address, _):
            page.goto(address)
            clicks(page, 2)
            begin_training(page)
            print(summary("click to next step, while training", clicks(page, 15)))


if __name__ == "__main__":
    main()
