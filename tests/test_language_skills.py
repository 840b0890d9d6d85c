"""tokenize_text, predict_next and generate_text: what they find, what they show, in both languages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from skills import skill
from skills.blocks import Passages, Probabilities, Tokens
from skills.contract import Context, Event, Language, Options, Wrote
from skills.errors import BadInput, TooLittleText
from skills.predict_next import readable
from skills.workspace import Manifest, Workspace, write_atomic
from tests.conftest import FakeChat, FakeProbe
from tutor.authoring.eval.made_runs import make_run
from tutor.authoring.eval.scripted import ScriptedVoices as FakeVoices
from tutor.words import LANGUAGES, Words

SKILLS = ("tokenize_text", "predict_next", "generate_text")


def call(name: str, ctx: Context, **inputs: Any) -> Any:
    found = skill(name)
    return found.run(found.Inputs.model_validate(inputs), ctx)


def bring(workspace: Workspace, name: str, *rows: str) -> None:
    manifest = Manifest(
        id="text-1", name=name, digest="0" * 64, bytes=1, shape="prose", language="es", documents=1,
        rows=len(rows), characters=1, words=1, encoding="utf-8",
    )  # fmt: skip
    folder = workspace.datasets / "text-1"
    write_atomic(folder / "rows.jsonl", "".join(f'{{"text": "{row}"}}\n' for row in rows))
    write_atomic(folder / "manifest.json", manifest.model_dump_json())


@pytest.mark.parametrize("name", SKILLS)
def test_every_input_has_words_in_both_languages(name: str) -> None:
    for field in skill(name).Inputs.model_fields.values():
        assert all(field.description in Words(language) for language in LANGUAGES)


def test_tokens_are_counted_against_words(ctx: Context) -> None:
    result = call("tokenize_text", ctx, text="Aquí me pongo a cantar")
    assert (result.count, result.words, result.characters, result.tokens_per_word) == (5, 5, 22, 1.0)
    assert "".join(token.text for token in result.tokens) == result.text
    (block,) = result.blocks()
    assert isinstance(block, Tokens)
    assert "5 tokens para 5 palabras y 22 caracteres" in Words("es")(block.caption)
    (one,) = call("tokenize_text", ctx, text="ferrocarril").blocks()
    assert isinstance(one, Tokens)
    assert one.caption.id == "tokenize_text.caption.word"
    assert Words("es")(one.caption, n=4) == "4 tokens para una palabra de 11 caracteres."


def test_a_file_is_counted_whole_and_shown_in_part(ctx: Context, workspace: Workspace) -> None:
    bring(workspace, "cuentos.txt", *["una dos tres"] * 400)
    result = call("tokenize_text", ctx, file="cuentos")
    assert result.count == result.words == 1200
    assert len(result.tokens) == 300
    assert "2,3 veces eso" in Words("es")(result.blocks()[0].caption)  # the scripted model has 512
    assert call("tokenize_text", ctx).name == "cuentos.txt"


def test_nothing_to_cut_is_said(ctx: Context) -> None:
    with pytest.raises(TooLittleText):
        call("tokenize_text", ctx, text="")
    with pytest.raises(BadInput):
        call("tokenize_text", ctx, text="a", file="b")


@pytest.mark.parametrize(("first", "sure"), [(0.91, "Casi no duda"), (0.3, "Se inclina"), (0.1, "Duda mucho")])
def test_the_caption_says_how_sure_the_model_is(ctx: Context, first: float, sure: str) -> None:
    probe = FakeProbe({"Más vale pájaro en": {" mano": first, " el": 0.02}})
    result = call("predict_next", replace(ctx, probe=probe), prompt="Más vale pájaro en  ", top_k=2)
    assert (result.top, result.probability, result.prompt) == ("mano", first, "Más vale pájaro en")
    assert result.rest == pytest.approx(1 - first - 0.02)
    (block,) = result.blocks()
    assert isinstance(block, Probabilities)
    assert Words("es")(block.caption).startswith(sure)


@pytest.mark.parametrize(
    ("word", "own"), [("Mano.", ("mano", 0.6)), ("jaula, creo", ("jaula", math.exp(-6))), ("…", None), ("", None)]
)
def test_the_word_that_was_bet_on_has_its_share(ctx: Context, word: str, own: tuple[str, float] | None) -> None:
    probe = FakeProbe({"Más vale pájaro en": {" mano": 0.6, " el": 0.02}})
    result = call("predict_next", replace(ctx, probe=probe), prompt="Más vale pájaro en", word=word, top_k=2)
    if own is None:
        assert result.own is None
    else:
        assert (result.own.text.strip(), result.own.probability) == (own[0], pytest.approx(own[1]))
    assert result.blocks()[0].own == result.own
    if own == ("mano", 0.6):
        assert result.own in result.options


@pytest.mark.parametrize(
    ("token", "shown"),
    [(" mano", " mano"), ("\n", "↵"), ("\n\n", "↵↵"), ("  ", "␣␣"), ("<|im_end|>", "■"), ("</s>", "■"), ("|", "|")],
)
def test_invisible_tokens_can_be_read(token: str, shown: str) -> None:
    assert readable(token) == shown


def test_signs_are_explained_only_when_there_are_any(ctx: Context) -> None:
    with_signs = replace(ctx, probe=FakeProbe({"Fin.": {"\n": 0.6, "<|im_end|>": 0.2}}))
    for language in LANGUAGES:
        caption = Words(language)(call("predict_next", with_signs, prompt="Fin.").blocks()[0].caption)
        assert "■" in caption
        assert "■" not in Words(language)(call("predict_next", ctx, prompt="Fin.").blocks()[0].caption)


def test_text_is_said_as_it_is_written(ctx: Context, events: list[Event]) -> None:
    result = call("generate_text", ctx, prompt="La noche", seed=7)
    assert [event.text for event in events if isinstance(event, Wrote)] == [" y", " sigue"]
    assert (result.text, result.seed, result.tokens) == (" y sigue", 7, 2)
    (block,) = result.blocks()
    assert isinstance(block, Passages)
    assert [(p.text, p.role) for p in block.passages] == [("La noche", "yours"), ("… y sigue", "base")]
    said = Words("es")(block.caption)
    assert "se arriesgó 0,8" in said
    assert "suerte número 7" in said


def test_a_request_goes_to_the_model_that_is_trained_and_not_to_the_tutors(ctx: Context) -> None:
    voices, tutor = FakeVoices(), FakeChat(["Había una vez"])
    asked = replace(ctx, chat=tutor, voices=voices)
    result = call("generate_text", asked, prompt="Escribí un cuento", instruct=True)
    assert result.text == "base contesta a Escribí un cuento"
    assert not tutor.asked
    assert result.model == "base"
    assert 0 <= result.seed < 10_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_speaks_under_its_own_name(ctx: Context, workspace: Workspace, language: Language) -> None:
    make_run(workspace, "run-a", at=1000)
    make_run(workspace, "run-b", at=2000)
    mine = replace(ctx, voices=FakeVoices())
    words = Words(language)

    def told(**inputs: Any) -> str:
        (block,) = call("generate_text", mine, prompt="La luna", **inputs).blocks()
        by = [words(passage.location) for passage in block.passages if passage.role in ("base", "tuned")]
        return " ".join([words(block.title), *by])

    assert "Versos" in told(run="run-a")
    assert "Versos 2" in told(run="run-b")
    assert ("el modelo como vino" if language == "es" else "the model as it came") in told()
    for said in (told(), told(run="run-b"), told(run="run-b", instruct=True)):
        assert "run-" not in said


def test_stopping_keeps_what_was_written(ctx: Context, events: list[Event]) -> None:
    class Cut(FakeProbe):
        ended = False

    result = call("generate_text", replace(ctx, probe=Cut(), requested=lambda: "stop"), prompt="La noche")
    assert result.text == " y…"


def test_a_text_that_was_cut_says_so(ctx: Context) -> None:
    class Cut(FakeProbe):
        ended = False

        def generate(self, prompt: str, options: Options) -> Iterator[str]:
            yield from (" los amigos", " se reun")

    assert call("generate_text", replace(ctx, probe=Cut()), prompt="Anoche").text == " los amigos se…"


@pytest.mark.parametrize("wrong", [{"temperature": 3}, {"max_tokens": 0}, {"top_p": 0}, {"prompt": ""}, {"top": 1}])
def test_knobs_have_ends(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        skill("generate_text").Inputs.model_validate({"prompt": "a"} | wrong)
