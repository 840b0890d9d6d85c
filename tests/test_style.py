"""The house style, by the tools that pyproject.toml configures."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_has_nothing_to_say() -> None:
    run("ruff", "check", ".")


def test_the_code_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


@pytest.mark.slow
def test_the_types_hold() -> None:
    run("mypy")


# --- the page's JavaScript --------------------------------------------------------------------------------------------

SCREEN = 50
"""Lines that fit on a screen."""
COMMENT_OR_STRING = re.compile(r"//[^\n]*|/\*.*?\*/|(['\"`])(?:\\.|(?!\1).)*\1", re.DOTALL)
GOES_ON = tuple("?:&|+-*/%<=>.")
"""What the line before or after the break has at it when an expression goes on."""


def functions(source: str) -> Iterator[tuple[int, int]]:
    """(First line, number of lines) of each function or arrow; the one around a whole file is its scope, left out."""

    def emptied(found: re.Match[str]) -> str:
        lines = "\n" * found[0].count("\n")
        return f"({lines})" if found[1] else lines

    code = COMMENT_OR_STRING.sub(emptied, source)
    for found in re.finditer(r"\bfunction\b|=>", code):
        if code[: found.start()].strip() != "(()":
            block = found[0] == "function" or code[found.end() :].lstrip().startswith("{")
            end = end_of_function(code, found.end(), block)
            yield code.count("\n", 0, found.start()) + 1, code.count("\n", found.start(), end) + 1


def end_of_function(code: str, start: int, block: bool) -> int:
    """A `block` ends where the first `{` in no other bracket is closed (parameters have theirs in parentheses). An
    expression ends where the brackets around it do, or at a comma or a new line that is in none of its own."""
    depth = 0
    for place, sign in enumerate(code[start:], start):
        depth += (sign in "([{") - (sign in ")]}")
        if block:
            over = depth == 0 and sign == "}"
        elif depth == 0 and sign == "\n":
            over = not (code[:place].rstrip().endswith(GOES_ON) or code[place:].lstrip().startswith(GOES_ON))
        else:
            over = depth < 0 or (depth == 0 and sign in ",;")
        if over:
            return place
    return len(code)


def test_the_length_of_a_function_is_measured() -> None:
    source = """// a { that opens nothing
const two = ({ a, b = () => 1 }) => a ? '}' : `{
`
const three = (a) =>
  h(
    a, (b) => b)
function four({ a }) {
  a.map((x) => [x,
    2])
}
const five = async () => {
  if (x) {
  }

}"""
    lengths = [(2, 1), (2, 2), (4, 3), (6, 1), (7, 4), (8, 2), (11, 5)]
    assert list(functions(source)) == lengths
    assert list(functions(f"(() => {{\n{source}\n}})()")) == [(first + 1, lines) for first, lines in lengths]


def test_no_function_of_the_page_is_longer_than_a_screen() -> None:
    files = sorted((ROOT / "tutor" / "ui" / "assets").rglob("*.js"))
    found = [(lines, f"{file.name}:{first}") for file in files for first, lines in functions(file.read_text("utf-8"))]
    assert len(found) > 150
    assert [(lines, where) for lines, where in found if lines > SCREEN] == []
