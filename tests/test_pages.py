"""READMEs, docs and docstrings name what is there: the trees of the READMEs, and every path that a page cites."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.parsed import text_of, tree_of

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.es.md")
OF_A_KIND = re.compile(r"curriculum/lessons/.+/|tutor/messages/\w\w/")
"""Folders of which there is one for each lesson or language: the line above stands for them."""
CITED = re.compile(r"(?<![\w/.<{~-])((?:tutor|skills|curriculum|tests|docs|benchmarks)/[\w./-]*\w/?)(?![\w./-]*[<*{])")
NAMED = re.compile(r"(?<![\w/.<{~*-])([a-z_]+\.(?:py|yaml|md))\b")
"""A file by its name alone."""
OF_OTHERS = {"convert_lora_to_gguf.py"}
"""Files of other projects."""


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the program; without git, what a downloaded copy has."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return tuple(name for name in done.stdout.splitlines() if (ROOT / name).exists())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(str(path) for path in found if not re.search(r"(^|/)(\.|__pycache__)", str(path)))


def folders() -> set[str]:
    """Every folder of the program, with a slash at its end."""
    return {f"{parent}/" for name in tracked() for parent in map(str, Path(name).parents) if parent != "."}


def tree(readme: str) -> list[str]:
    """The paths of the tree of a README, from its indented lines."""
    text = (ROOT / readme).read_text("utf-8")
    block = max(re.findall(r"```\n(.*?)```", text, re.S), key=lambda each: each.count("\n"))
    above: list[tuple[int, str]] = []
    paths = []
    for line in filter(str.strip, block.splitlines()):
        indent, name = re.match(r"( *)(\S+)", line).groups()  # type: ignore[union-attr]
        above = [(depth, folder) for depth, folder in above if depth < len(indent)]
        paths.append("".join(folder for _, folder in above) + name)
        if name.endswith("/"):
            above.append((len(indent), name))
    return paths


@pytest.mark.parametrize("readme", READMES)
def test_the_tree_of_the_readme_is_the_program(readme: str) -> None:
    """A line for every folder that has code or data, and for each file at the top, in tutor/ and in skills/."""
    lines = tree(readme)
    assert len(lines) == len(set(lines))
    assert [line for line in lines if not (ROOT / line).exists()] == []
    asked = {name for name in tracked() if name.count("/") == 0 or re.fullmatch(r"(tutor|skills)/[^/]+", name)}
    asked |= {name for name in folders() if re.match(r"(tutor|skills|curriculum)/|[^/]+/$", name)}
    asked = {name for name in asked if not name.startswith(".") and not OF_A_KIND.fullmatch(name)}
    assert sorted(asked - set(lines)) == []


def test_both_trees_have_the_same_lines() -> None:
    assert tree("README.md") == tree("README.es.md")


def pages() -> list[Path]:
    return [
        ROOT / name for name in tracked() if name.endswith(".md") and not name.startswith(("curriculum/", "tests/"))
    ]


@cache
def sayings(path: Path) -> str:
    """What a file says to who reads it: a page as it is; of code its docstrings and comments, of YAML its comments."""
    text = text_of(path)
    if path.suffix == ".md":
        return text
    comments = re.findall(r"#.*", text)
    if path.suffix == ".py":
        strings = (n.value for n in ast.walk(tree_of(path)) if isinstance(n, ast.Expr))
        comments += [n.value for n in strings if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return "\n".join(comments)


def test_every_path_that_is_cited_is_there() -> None:
    code = [ROOT / name for name in tracked() if name.endswith((".py", ".yaml", ".toml"))]
    cited = 0
    wrong = []
    for path in (*pages(), *code):
        for name in CITED.findall(sayings(path)):
            cited += 1
            if not (ROOT / name).exists() and not any(ROOT.glob(f"{name}.*")):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert cited > 100
    assert wrong == []


def test_every_file_that_is_named_is_there() -> None:
    there = {Path(name).name for name in tracked()}
    code = [ROOT / name for name in tracked() if name.endswith(".py")]
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (*pages(), *code)
        for name in NAMED.findall(sayings(path))
        if name not in there | OF_OTHERS
    ]
    assert wrong == []


def test_every_link_of_a_page_leads_somewhere() -> None:
    for page in pages():
        for target in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#[\w-]*)?\)", page.read_text("utf-8")):
            assert not target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_heading_that_is_linked_is_there() -> None:
    for page in pages():
        for target, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#([\w-]+)\)", page.read_text("utf-8")):
            text = (page.parent / target if target else page).read_text("utf-8")
            headings = {
                re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
                for h in re.findall(r"^#+ (.+)$", text, re.M)
            }
            assert heading in headings, f"{page.name}: {target}#{heading}"
