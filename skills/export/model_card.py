"""The model card: what somebody who gets the model must know, in the form that the model hub reads.

It describes the texts without a word of them: their kind, how many, how long, in which language; no sentence, title
or file name. Front matter: huggingface.co/docs/hub/model-cards. The words are in cards/<language>.md.jinja.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from skills.blocks import Frozen
from skills.contract import Language
from skills.export.source import ExportSource
from skills.workspace import write_atomic

CARDS = Path(__file__).with_name("cards")
LICENCES = Path(__file__).with_name("licences")
LOCALES = {"es": "es_AR", "en": "en_US"}
Licence = Literal["cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc0-1.0", "apache-2.0", "mit"]
"""Those that a learner can choose from, as the model hub names them."""
RELATION = {"adapter": "adapter", "merged": "finetune", "gguf": "quantized"}
LIBRARY = {"adapter": "peft", "merged": "transformers", "gguf": None}


class Signed(Frozen):
    """What the learner says of their model: `licence` None reserves all rights."""

    licence: Licence | None
    author: str | None
    title: str | None
    language: Language

    def named(self, source: ExportSource) -> str:
        return self.title or f"{source.base.label} + LoRA"


def write_card(source: ExportSource, signed: Signed, form: str, folder: Path, files: Sequence[str] = ()) -> None:
    """Write `README.md` for a format (`form`: adapter, merged, gguf) into its folder. `files`: what it names."""
    matter = yaml.safe_dump(_front_matter(source, signed, form), allow_unicode=True, sort_keys=False)
    body = _template(signed.language).render(**_facts(source, signed), form=form, files=files)
    write_atomic(folder / "README.md", f"---\n{matter}---\n\n{body.strip()}\n")


def write_licence(source: ExportSource, folder: Path) -> None:
    """The licence of the base beside what contains the base, and what was changed (Apache-2.0, section 4)."""
    known = LICENCES / f"{source.base.licence}.txt"
    own = next(source.weights.glob("LICENSE*"), None)
    if own is not None or known.is_file():
        write_atomic(folder / "LICENSE", (own or known).read_bytes())
    lines = [
        f"This model is a modified version of {source.base.label}"
        + (f" by {source.base.maker}" if source.base.maker else "")
        + (f", licensed under {source.base.licence}." if source.base.licence else "."),
        f"Its weights were changed on {source.day} by fine-tuning with LoRA; the changes were merged into them.",
        *((f"The original, on the Hugging Face hub: {source.base.hub}",) if source.base.hub else ()),
    ]
    write_atomic(folder / "NOTICE", "\n".join(lines) + "\n")


def licence_text(source: ExportSource) -> str:
    """The text of the base's licence, or its name where the text is not at hand."""
    known = LICENCES / f"{source.base.licence}.txt"
    return known.read_text("utf-8") if known.is_file() else str(source.base.licence or source.base.label)


def _front_matter(source: ExportSource, signed: Signed, form: str) -> dict[str, Any]:
    rights = (
        {"license": signed.licence} if signed.licence else {"license": "other", "license_name": "all-rights-reserved"}
    )
    spoken = source.manifest.language if source.manifest else None
    return {
        "base_model": source.base.hub or source.base.name,
        "base_model_relation": RELATION[form],
        **({"library_name": LIBRARY[form]} if LIBRARY[form] else {}),
        **rights,
        **({"language": [spoken]} if spoken else {}),
        "pipeline_tag": "text-generation",
        "tags": ["lora", "fine-tuned", *(["gguf"] if form == "gguf" else [])],
    }


def _facts(source: ExportSource, signed: Signed) -> dict[str, Any]:
    result, manifest = source.result, source.manifest
    settings = result.settings if result else {}
    return {
        "title": signed.named(source),
        "author": signed.author,
        "licence": signed.licence,
        "base": source.base,
        "digest": source.digest,
        "day": source.day,
        "kind": manifest.shape if manifest else None,
        "words": manifest.words if manifest else None,
        "spoken": manifest.language if manifest else None,
        "masked": source.masked,
        "result": result,
        "copied": source.longest_copy,
        "forgetting": source.evaluation.forgetting if source.evaluation else (),
        "rank": settings.get("rank"),
        "learning_rate": settings.get("learning_rate"),
        "length": settings.get("length"),
        "start": source.start.replace("\n", "\\n"),
        "asked": source.asked,
        "name": source.slug,
    }


def _template(language: Language) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    place = Environment(
        loader=FileSystemLoader(CARDS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  Markdown, not HTML
    )
    place.filters["number"] = lambda value, digits=0: _number(value, digits, language)
    place.filters["figure"] = lambda value: _number(value, None, language)
    return place.get_template(f"{language}.md.jinja")


def _number(value: float, digits: int | None, language: Language) -> str:
    """In the language's way, with so many decimals; with those it has if None."""
    from babel.numbers import format_decimal

    pattern = "#,##0.########" if digits is None else f"#,##0.{'0' * digits}" if digits else "#,##0"
    return format_decimal(value, pattern, locale=LOCALES[language])
