"""Everything Chainlit reads from disk and from the environment, put in place before it is imported."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import yaml

from tutor.words import LANGUAGES, Words

ASSETS = Path(__file__).parent / "assets"
CHAINLIT_LANGUAGE = {"es": "es", "en": "en-US"}
UNWANTED = (
    "LITERAL_API_KEY", "DATABASE_URL", "CHAINLIT_ROOT_PATH", "CHAINLIT_PARENT_ROOT_PATH", "CHAINLIT_CUSTOM_AUTH",
    "DISCORD_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "TEAMS_APP_ID", "CHAINLIT_DEBUG",
)  # fmt: skip
"""Variables that would make Chainlit keep or send conversations elsewhere."""


def prepare(home: Path) -> Path:
    """Write Chainlit's folder (`<home>/chat`) anew, set its environment, and return the folder.

    What is the learner's in it, the transcript, stays; the rest is the program's and follows its version.
    """
    root = home / "chat"
    for stale in (".files", "public", "inbox"):  # Chainlit would write its other languages anew in .chainlit
        shutil.rmtree(root / stale, ignore_errors=True)
    public, settings = root / "public", root / ".chainlit"
    (settings / "translations").mkdir(parents=True, exist_ok=True)
    (public / "elements").mkdir(parents=True)
    shutil.copyfile(ASSETS / "config.toml", settings / "config.toml")
    for name in ("style.css", "theme.json", "logo_light.svg", "logo_dark.svg", "favicon.svg"):
        shutil.copyfile(ASSETS / name, public / name)
    (public / "avatars").mkdir()
    shutil.copyfile(ASSETS / "favicon.svg", public / "avatars" / "musa.svg")
    _write_elements(public / "elements")
    _write_page_script(public / "page.js")
    _write_translations(settings / "translations")
    for readme in ("chainlit.md", "chainlit_es.md", "chainlit_en-US.md"):
        (root / readme).write_text("", "utf-8")  # an empty one hides its button
    _set_environment(root)
    return root


def _write_elements(folder: Path) -> None:
    """A line for each card, which hands what it was given to assets/ui.js. The course map's name is the title of the
    side panel, so there is one a language."""
    for path in sorted((ASSETS / "elements").glob("*.js")):
        names = [Words(language)("ui.map.title") for language in LANGUAGES] if path.stem == "CourseMap" else [path.stem]
        for name in names:
            (folder / f"{name}.jsx").write_text(STUB.replace("__NAME__", path.stem), "utf-8")


STUB = """const load = () => (
  window.tutorCards(require('react'), require('lucide-react'), require('@/components/markdown').Markdown)
)
const show = window.tutorShow || (window.tutorShow = load())
export default show('__NAME__', props, callAction)
"""
"""Chainlit compiles and runs it for every card each time anything changes: an `import *` would copy all the icons."""


def _cards() -> str:
    """The script of all cards: assets/ui.js with shared.js and every element in its place."""
    parts = [(ASSETS / "shared.js").read_text("utf-8")]
    for path in sorted((ASSETS / "elements").glob("*.js")):
        source = path.read_text("utf-8")
        parts.append(f"cards.{path.stem} = card((() => {{\n{source}\nreturn {path.stem}\n}})())\n")
    return (ASSETS / "ui.js").read_text("utf-8").replace("__CARDS__", "\n".join(parts))


def _write_page_script(path: Path) -> None:
    """assets/page.js with the parts in assets/page/ and our words, and the cards after it."""
    words = {language: {key: Words(language)(f"ui.page.{key}") for key in PAGE_WORDS} for language in LANGUAGES}
    parts = [(ASSETS / "page" / f"{name}.js").read_text("utf-8") for name in PAGE_PARTS]
    script = (ASSETS / "page.js").read_text("utf-8").replace("__PARTS__", "\n".join(parts))
    script = script.replace("__WORDS__", json.dumps(words, ensure_ascii=False))
    scrolling = (ASSETS / "scroll.js").read_text("utf-8")
    path.write_text(f"{script};\n{scrolling};\n{_cards()}", "utf-8")


PAGE_PARTS = ("waiting", "names", "focus", "map", "running", "long")
PAGE_WORDS = (
    "attach", "close", "fold", "map", "new_chat", "newest", "news", "notices", "options", "search", "send",
    "sidebar", "stop", "theme", "title", "too_long", "write", "you",
)  # fmt: skip


def _write_translations(folder: Path) -> None:
    """Chainlit's own texts with ours over them (assets/page.<language>.yaml), in our two languages."""
    from importlib.util import find_spec

    spec = find_spec("chainlit")
    assert spec is not None
    assert spec.origin is not None
    theirs = Path(spec.origin).parent / "translations"
    for language in LANGUAGES:
        name = f"{CHAINLIT_LANGUAGE[language]}.json"
        texts = json.loads((theirs / name).read_text("utf-8"))
        ours = yaml.safe_load((ASSETS / f"page.{language}.yaml").read_text("utf-8"))
        (folder / name).write_text(json.dumps(merged(texts, ours), ensure_ascii=False, indent=1), "utf-8")


def merged(texts: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """`texts` with the leaves of `ours` in place of its own. A key that Chainlit does not have is a defect."""
    if unknown := set(ours) - set(texts):
        raise KeyError(f"not among Chainlit's texts: {sorted(unknown)}")
    return {
        key: merged(text, ours[key]) if isinstance(text, dict) and key in ours else ours.get(key, text)
        for key, text in texts.items()
    }


def _set_environment(root: Path) -> None:
    (root / "secret").unlink(missing_ok=True)  # earlier versions kept theirs
    for name in UNWANTED:
        os.environ.pop(name, None)
    os.environ |= {
        "CHAINLIT_APP_ROOT": str(root),
        "CHAINLIT_ENV_FILE": os.devnull,  # else a stray .env of the current folder is read
        "CHAINLIT_AUTH_SECRET": secrets.token_urlsafe(48),  # new at each start: no cookie outlives the program
        "CHAINLIT_AUTH_COOKIE_NAME": "tutor",
        "CHAINLIT_COOKIE_SAMESITE": "strict",
        "DO_NOT_TRACK": "1",
        "OTEL_SDK_DISABLED": "true",
    }


def leave_out_telemetry() -> None:
    """Stand in for `literalai` before Chainlit is imported.

    Chainlit 2.12 takes five names from it, for annotations and one isinstance check. The package itself loads
    pandas, aiohttp and a tracing stack: two of the three seconds that the import takes, for a cloud service that a
    private tutor has no business with.
    """
    if "literalai" in sys.modules:
        return
    names = ("BaseGeneration", "ChatGeneration", "CompletionGeneration", "GenerationMessage")
    package, steps = _module("literalai"), _module("literalai.observability.step")
    for name in names:
        setattr(package, name, type(name, (), {}))
    steps.StepType = str
    steps.TrueStepType = Literal["run", "tool", "llm", "embedding", "retrieval", "rerank", "undefined"]
    steps.MessageStepType = Literal["user_message", "assistant_message", "system_message"]
    _module("literalai.observability")


def _module(name: str) -> Any:
    module = ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    return module
