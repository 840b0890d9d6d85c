"""Sentences from ids and values: what a model is called in them."""

from __future__ import annotations

import re

from tutor.words import LANGUAGES, Words, called, catalogue


def test_a_model_is_called_what_people_know_it_as() -> None:
    """In sentences and as the author of a passage; a name that the catalogue does not know stays."""
    said = Words("es")("plan_training.title", model="qwen2.5-coder-0.5b-instruct", name="coplas.txt")
    assert said == "Entrenar Qwen2.5 Coder 0.5B Instruct con coplas.txt"
    assert called("mi-modelo") == "mi-modelo"


def test_no_sentence_gives_a_model_by_its_folder() -> None:
    """But for commands, which take that name, and what comes before any model is there."""
    bare = re.compile(r"\{(?:model|tokenizer|base)\}")
    texts = [
        (id, text)
        for language in LANGUAGES
        for id, found in catalogue(language).items()
        for text in (found.values() if isinstance(found, dict) else (found,))
    ]
    assert [id for id, text in texts if bare.search(text) and not re.search("tutor models", text)] == []
