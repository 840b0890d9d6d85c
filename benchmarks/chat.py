"""How quick the chat is: from the command to the first greeting drawn, and from a click to the next step drawn.

    python benchmarks/chat.py [--home DIR] [--clicks 60] [--chromium /usr/bin/chromium]

The greeting is timed twice in a new home (cold, then warm: the figure that counts) from the start of `start.py`'s last
step, `tutor serve`, until Musa's words are on the page. Clicks go through the course without a model (so that no model
is waited for), then again while a fine-tune runs in the home given with --home, which needs a model. Prints medians
and 95th percentiles in milliseconds.
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

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ONWARD = (
    "() => { const open = [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].pop();"
    " if (!open) return null; const b = open.querySelector('.t-main') || open.querySelector('button:last-of-type');"
    " return b && b.textContent }"
)
CLICK = """() => new Promise((done) => {
  const open = [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].pop()
  const button = open.querySelector('.t-main') || open.querySelector('button:last-of-type')
  const count = () => document.querySelectorAll('.ai-message').length
  const before = count(), began = performance.now()
  let words = null
  const next = () => [...document.querySelectorAll('[data-testid=choices]:not(.t-used)')].some((c) => c !== open)
  const seen = new MutationObserver(() => {
    if (words === null && count() > before) requestAnimationFrame(() => { words ??= performance.now() - began })
    if (count() > before && next()) {
      seen.disconnect()
      requestAnimationFrame(() => done([words ?? performance.now() - began, performance.now() - began]))
    }
  })
  seen.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => { seen.disconnect(); done([-1, -1]) }, 15000)
  button.click()
})"""


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
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/", began
    finally:
        process.terminate()
        process.wait(30)


def greeting(page: Page, home: Path) -> float:
    """Seconds from the command to the greeting on the page; the browser is open already, as the learner's is."""
    with served(home) as (address, began):
        page.goto(address)
        page.get_by_text("Musa").first.wait_for(timeout=60_000)
        page.locator("[data-testid=choices]").first.wait_for(timeout=60_000)
        return time.monotonic() - began


def clicks(page: Page, count: int) -> list[tuple[float, float]]:
    """Milliseconds from each of `count` clicks on the way onward to the next words drawn, and to their buttons."""
    times: list[tuple[float, float]] = []
    while len(times) < count:
        page.wait_for_function(ONWARD, timeout=90_000)
        page.wait_for_timeout(250)
        words, buttons = page.evaluate(CLICK)
        if words >= 0:
            times.append((words, buttons))
        if page.get_by_text("final del camino").count():
            page.evaluate("() => window.scrollTo(0, 0)")
            break
    return times


def begin_training(page: Page) -> None:
    """To the lesson that trains, and on until the training's card shows a first step."""
    page.locator("#chat-input").click()
    page.keyboard.type("vamos a la lección 5.6")
    page.keyboard.press("Enter")
    for _ in range(12):
        page.wait_for_timeout(2500)
        if page.locator("[data-testid=run]").count():
            return
        page.evaluate(CLICK)
    raise SystemExit("the training did not begin")


def summary(name: str, times: list[tuple[float, float]]) -> str:
    words, buttons = (figures([time[i] for time in times]) for i in (0, 1))
    return f"{name} ({len(times)} clicks)\n  to its words    {words}\n  to its buttons  {buttons}"


def figures(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    median = statistics.median(times)
    return f"median {median:6.0f} ms   95th percentile {p95:6.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home with a model, for the clicks while a fine-tune runs")
    parser.add_argument("--clicks", type=int, default=60)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=options.chromium, args=FLAGS)
        page = browser.new_context(locale="es-AR").new_page()
        cold, warm = greeting(page, Path(folder) / "cold"), greeting(page, Path(folder) / "cold")
        print(f"command to greeting drawn          first start {cold:.1f} s   second start {warm:.1f} s")
        with served(Path(folder) / "clicks") as (address, _):
            page.goto(address)
            print(summary("click to next step, no model", clicks(page, options.clicks)))
        if options.home:
            with served(options.home) as (address, _):
                page.goto(address)
                clicks(page, 2)
                begin_training(page)
                print(summary("click to next step, while training", clicks(page, 15)))
        browser.close()


if __name__ == "__main__":
    main()
