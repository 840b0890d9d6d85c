"""What is drawn: every block has a renderer and an element, keys stay out of props, words are in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from skills.blocks import (
    Block,
    Compare,
    CompareColumn,
    Option,
    Probabilities,
    Progress,
    Text,
    Token,
    Tokens,
    msg,
)
from skills.contract import Failed, Language, Metric
from tests.scripted_session import (
    ScriptedSession,
    chart,
    compare,
    passages,
    probabilities,
    run_status,
    settings,
    table,
    tokens,
)  # fmt: skip
from tutor.turn import Button, Chosen, Delta, Graded, Intent, ItemView, Said, Verdict, Waiting
from tutor.ui import prepare
from tutor.ui.cards import map_card, question_card, verdict_props
from tutor.ui.markdown import piece, safe, visible
from tutor.ui.render import RENDERERS, block_card
from tutor.ui.run_card import CONTROLS, run_view, running_view
from tutor.ui.screen import Screen
from tutor.ui.transcript import Transcript
from tutor.words import LANGUAGES, Words

KINDS = {get_args(b.model_fields["kind"].annotation)[0] for b in get_args(get_args(Block)[0])}
ELEMENTS = {path.stem for path in (prepare.ASSETS / "elements").glob("*.js")}
EXAMPLES = (
    probabilities(), tokens(), chart("line"), chart("bars"), table(), compare(), passages(),
    Text(message=msg("ui.stopped")), settings(), Progress(title=msg("run_card.samples"), run="run-1"),
)  # fmt: skip


def test_every_kind_of_block_has_a_renderer() -> None:
    assert len(KINDS) >= 10
    assert set(RENDERERS) == KINDS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.kind)
def test_block_becomes_plain_data_for_an_element_that_exists(block: Any, language: Any) -> None:
    card = block_card(block, Words(language))
    assert card.name in ELEMENTS
    assert "fine_tune." not in json.dumps(card.props)  # no message id was left as it is


def test_numbers_are_written_in_the_learners_way() -> None:
    assert block_card(table(), Words("es")).props["rows"][1][2] == "1.234,5"
    assert block_card(table(), Words("en")).props["rows"][1][2] == "1,234.5"


def test_the_words_an_element_reads_are_given_to_it() -> None:
    """`w.key` and `words.key` in each element against the words that its renderer gives."""
    words = Words("es")
    cards = {card.name: card for card in (block_card(block, words) for block in EXAMPLES)}
    view = ItemView(item="i", submission="s", format="single", stem="?", options=(("a", "A"),))
    cards["Question"] = question_card(view, words, False)
    cards["CourseMap"] = map_card(ScriptedSession().map(), words)
    checked = 0
    for name, card in cards.items():
        source = (prepare.ASSETS / "elements" / f"{name}.js").read_text("utf-8")
        used = set(re.findall(r"\b(?:w|words)\.(\w+)", source))
        assert used <= set(card.props.get("words", {})), name
        checked += len(used)
    assert checked > 20


def test_a_question_does_not_carry_its_key() -> None:
    view = ItemView(item="i", submission="s", format="single", stem="?", options=(("a", "A"), ("b", "B")))
    assert question_card(view, Words("es"), False).props["verdict"] is None
    verdict = verdict_props(Verdict(outcome="wrong", chosen=("b",), right=(), feedback="..."), Words("es"))
    assert verdict["right"] == []
    assert verdict["label"] == "Todavía no"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user:hello a:b", r"user\:hello a\:b"),
        (r"ya\:escapado 10:30 http://x", r"ya\:escapado 10:30 http://x"),
        ("![x](http://evil.example/x.png)", r"\![x](http://evil.example/x.png)"),
        ("`a:b` y a:b", r"`a:b` y a\:b"),
        ("::: note", "::: note"),
        (":::note", r"\:\:\:note"),
        ("> [!NOTE]", r"> [\!NOTE]"),
        ("**un token**", "**un token**"),
        ("un 13 % en 40 s, 6 KB", "un 13\u00a0% en 40\u00a0s, 6\u00a0KB"),
        ("de 5 hojas", "de 5 hojas"),
    ],
)
def test_markdown_keeps_every_word_and_fetches_nothing(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_a_piece_that_goes_on_a_word_is_told_from_the_word() -> None:
    """« a» and «a» after «Buenos» were two rows «a»."""
    assert [piece(t, "nació en Buenos") for t in (" a", "a", ".", "\n")] == ["a", "-a", ".", "↵"]
    assert piece("Aires", "en Buenos ") == "Aires"


def test_a_model_has_the_name_that_people_know() -> None:
    """The tokens were «según smollm2-135m-instruct» beside a map that says «SmolLM2 135M Instruct»."""
    shown = Tokens(title=msg("ui.tokens.list"), tokenizer="smollm2-135m-instruct", tokens=(Token(text="a", id=1),))
    assert block_card(shown, Words("es")).props["words"]["count"] == "1 token, según SmolLM2 135M Instruct"
    mine = shown.model_copy(update={"tokenizer": "El mío"})
    assert block_card(mine, Words("es")).props["words"]["count"] == "1 token, según El mío"


def test_a_token_that_cannot_be_seen_gets_a_sign() -> None:
    assert [visible(t) for t in (" mano", "\n", " ")] == ["mano", "↵", "␣"]


def test_what_a_model_went_on_with_begins_at_the_edge() -> None:
    """Its first token brings the space before the word: one column of two stood a space further in."""
    columns = tuple(CompareColumn(role="plain", label=msg("ui.compare.prompt"), text=t) for t in (" viola", "\nmar"))
    card = block_card(Compare(title=msg("ui.compare.prompt"), prompt="La", columns=columns), Words("es"))
    assert [column["text"] for column in card.props["columns"]] == ["viola", "\nmar"]


# --- the run card -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", CONTROLS)
def test_run_card_in_every_state(state: Any, language: Any) -> None:
    status = run_status(state, 0.6)
    if state == "failed":
        status = status.model_copy(update={"error": Failed(code="out_of_memory")})
    if state == "stopped":
        status = status.model_copy(update={"kept": True})
    view = run_view(status, Words(language))
    json.dumps(view)
    assert view["caption"]
    assert [curve["role"] for curve in view["curves"]] == ["train", "heldout"]
    assert [control["intent"]["name"] for control in view["controls"]] == [f"run_{what}" for what in CONTROLS[state]]
    if status.error:  # the rest is in the message that says so
        assert view["caption"] == Words(language)("errors.out_of_memory.what")
        assert Words(language)("errors.out_of_memory.next") not in json.dumps(view, ensure_ascii=False)


def test_run_card_at_the_very_start() -> None:
    status = run_status("running", 0.0).model_copy(update={"metrics": (), "samples": (), "total": 0.0, "eta": None})
    view = run_view(status, Words("es"))
    assert (view["share"], view["curves"], view["time"]) == (0.0, [], "lleva 4 min, calculando cuánto falta")
    assert view["caption"].startswith("Se pone en marcha")


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_step_it_is_said_what_goes_on_and_for_how_long(language: Any) -> None:
    """On a slow machine this takes minutes, in which a bar that stands at 0 % looks dead."""
    words = Words(language)
    nothing = {"metrics": (), "samples": (), "done": 0.0, "total": 1.0, "eta": None, "seconds": 40.0}
    stages = [
        msg("fine_tune.doing.weights", bits=16),
        msg("fine_tune.doing.rehearsing", bits=16),
        msg("fine_tune.doing.writing"),
    ]
    for doing in stages:
        status = run_status("running", 0.0).model_copy(update=nothing | {"doing": doing})
        view = run_view(status, words)
        assert view["preparing"]
        assert view["caption"] == words(doing)
        assert "run_stop" not in [control["intent"]["name"] for control in view["controls"]], "nothing to keep yet"
        line = running_view(status, words)
        assert line is not None
        for told in (view["share_label"], view["time"], line["text"]):
            assert "%" not in told
        for told in (view["time"], line["text"]):
            assert "40 s" in told
    before = [Metric(step=0, name=name, value=3.0) for name in ("heldout_loss", "heldout_bpc", "known_loss")]
    at = {"metrics": tuple(before), "done": 0.1, "doing": msg("fine_tune.doing.training"), "eta": 60.0}
    view = run_view(run_status("running", 0.0).model_copy(update=nothing | at), words)
    assert not view["preparing"]
    assert view["caption"] == words("run_card.caption.first_step", n=120)
    assert "40 s" in view["time"]


def test_run_card_says_what_it_is_doing_and_offers_only_what_helps() -> None:
    doing = {"metrics": (), "samples": (), "doing": msg("export_project.doing.gguf"), "skill": "export_project"}
    view = run_view(run_status("running", 0.5).model_copy(update=doing), Words("es"))
    assert view["caption"] == "Lo paso a un solo archivo."
    assert [control["intent"]["name"] for control in view["controls"]] == ["run_discard"]


def test_run_card_says_what_it_was_asked() -> None:
    view = run_view(run_status("running", 0.5).model_copy(update={"asked": "pause"}), Words("es"))
    assert (view["state_label"], view["controls"]) == ("Haciendo una pausa…", [])


def test_run_card_says_when_it_starts_to_memorise() -> None:
    heldout = [
        Metric(step=s, name=n, value=v)
        for s, v in ((0, 3.0), (10, 2.0), (20, 2.5))
        for n in ("heldout_loss", "heldout_bpc")
    ]
    train = [Metric(step=s, name="train_loss", value=3.0 - s / 10) for s in range(20)]
    view = run_view(run_status("running", 0.5).model_copy(update={"metrics": (*train, *heldout)}), Words("es"))
    assert "memorizar" in view["caption"]


# --- the screen -------------------------------------------------------------------------------------------------------


class Pages:
    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    async def emit(self, thread: str, event: str, data: Any) -> None:
        self.events.append((event, data))


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def screen(tmp_path: Path, pages: Pages) -> Screen:
    transcript = Transcript(tmp_path / "transcript.db")
    transcript.begin("t", "hoy")
    return Screen(transcript, pages, lambda: Words("es"))


YES, NO = (Button(label=label, intent=Intent(name=name)) for label, name in (("Sí", "accept"), ("No", "back")))


def choices(screen: Screen) -> list[dict[str, Any]]:
    return [element["props"] for element in screen.transcript.elements("t") if element["name"] == "Choices"]


async def test_buttons_go_quiet_when_they_were_used(screen: Screen) -> None:
    await screen.draw("t", Said(id="1", text="¿?", buttons=(YES, NO)))
    await screen.settle("t", (YES, NO))
    assert choices(screen)[0]["open"]
    screen.choose("t", NO.intent)
    assert (choices(screen)[0]["chosen"], choices(screen)[0]["open"]) == (1, False)


async def test_old_buttons_go_quiet_when_new_ones_come(screen: Screen) -> None:
    await screen.draw("t", Said(id="1", buttons=(YES, NO)))
    await screen.draw("t", Said(id="2", buttons=(YES,)))
    await screen.settle("t", (YES,))
    assert [props["open"] for props in choices(screen)] == [False, True]
    await screen.settle("t", ())
    assert [props["open"] for props in choices(screen)] == [False, False]


async def test_the_button_that_the_session_took_is_marked(screen: Screen) -> None:
    await screen.draw("t", Said(id="1", text="¿?", buttons=(YES, NO)))
    await screen.draw("t", Chosen(intent=NO.intent))
    assert (choices(screen)[0]["chosen"], choices(screen)[0]["open"]) == (1, False)


async def test_a_button_that_is_not_on_the_card_marks_nothing(screen: Screen) -> None:
    await screen.draw("t", Said(id="1", buttons=(YES, NO)))
    await screen.draw("t", Chosen(intent=Intent(name="quiz")))
    assert choices(screen)[0]["chosen"] is None


async def test_a_question_answered_by_typing_comes_down_to_the_words(screen: Screen) -> None:
    await screen.draw(
        "t", Said(id="1", text="Una pregunta", item=ItemView(item="i", submission="s", format="open", stem="?"))
    )
    await screen.learner_said("t", "pedacitos")
    await screen.draw("t", Graded(submission="s", verdict=Verdict(outcome="correct", chosen="pedacitos")))
    thread = screen.transcript.thread("t")
    assert thread
    (element,) = thread["elements"]
    assert element["props"]["verdict"]["outcome"] == "correct"
    assert element["forId"] == thread["steps"][-1]["id"] != "1"


async def test_streaming_sends_safe_text_and_ends_whole(screen: Screen, pages: Pages) -> None:
    await screen.draw("t", Delta(id="d", text="un a:", author="Coplas"))
    await screen.draw("t", Delta(id="d", text="b", author="Coplas"))
    token = {"id": "d", "token": "*Coplas*\n\nun a\\:b", "isSequence": True, "isInput": False}
    assert ("stream_token", token) in pages.events
    begun = next(data for event, data in pages.events if event == "stream_start")
    assert begun["name"] == "Coplas"
    await screen.settle("t", ())  # the turn was cut off here
    thread = screen.transcript.thread("t")
    assert thread
    assert [(step["name"], step["output"]) for step in thread["steps"]] == [("Coplas", "*Coplas*\n\nun a\\:b")]


async def test_what_a_model_wrote_is_not_left_above_the_card_that_has_it(screen: Screen, pages: Pages) -> None:
    await screen.draw("t", Delta(id="d", text="Los amigos se reun", author="Coplas"))
    await screen.draw("t", Said(id="1", text="Mirá."))
    await screen.settle("t", ())
    assert ("delete_message", {"id": "d"}) in pages.events
    thread = screen.transcript.thread("t")
    assert thread
    assert [step["output"] for step in thread["steps"]] == ["Mirá."]


async def test_waiting_is_shown_and_taken_away_but_not_kept(screen: Screen, pages: Pages) -> None:
    await screen.draw("t", Waiting(text="Un momento"))
    await screen.draw("t", Said(id="1", text="Listo"))
    events = [event for event, _ in pages.events]
    assert events.index("new_message") < events.index("delete_message", 1)
    thread = screen.transcript.thread("t")
    assert thread
    assert (len(thread["steps"]), thread["elements"]) == (1, [])


# --- the transcript ---------------------------------------------------------------------------------------------------


async def test_deleting_a_thread_deletes_all_of_it(screen: Screen, tmp_path: Path) -> None:
    await screen.draw("t", Said(id="1", text="palabra secreta", buttons=(YES,)))
    screen.transcript.touch("t")
    assert [thread["id"] for thread in screen.transcript.threads("secreta", 10, None)[0]] == ["t"]
    screen.transcript.delete("t")
    assert screen.transcript.thread("t") is None
    assert screen.transcript.elements("t") == []


def test_ones_own_word_is_among_the_bars_and_a_little_is_not_nothing() -> None:
    options = (Option(text=" mano", probability=0.9), Option(text=" el", probability=0.05))
    asked = {"title": msg("predict_next.title"), "prompt": "Más vale pájaro en", "options": options, "rest": 0.05}
    listed = block_card(Probabilities(**asked, own=options[1]), Words("es")).props["options"]
    assert [option.get("own", False) for option in listed] == [False, True]
    word = Option(text="jaula", probability=0.00002)
    *_, own = block_card(Probabilities(**asked, own=word), Words("es")).props["options"]
    assert (own["text"], own["label"], own["unlisted"]) == ("jaula", "< 0,1 %", True)


async def test_what_a_lesson_says_of_a_card_comes_after_it_and_is_found(screen: Screen) -> None:
    card = Text(message=msg("ui.stopped"))
    await screen.draw("t", Said(id="1", text="palabra oculta", blocks=(card,)))
    await screen.draw("t", Said(id="2", text="primero la respuesta", tone="aside", blocks=(card,)))
    (comment, answer), cards = screen.transcript.part("t", 0)
    assert (comment["output"], answer["output"]) == ("", "primero la respuesta")
    assert [found["id"] for found in cards] == ["block-0-1", "comment-1", "block-0-2"]
    screen.transcript.touch("t")
    assert [thread["id"] for thread in screen.transcript.threads("oculta", 10, None)[0]] == ["t"]


async def test_what_was_deleted_is_not_left_on_disk(screen: Screen, tmp_path: Path) -> None:
    await screen.draw("t", Said(id="1", text="palabra secreta", buttons=(YES,)))
    screen.transcript.clear()
    assert screen.transcript.thread("t") is None
    for file in tmp_path.iterdir():
        assert b"palabra secreta" not in file.read_bytes()


def test_threads_without_a_word_of_the_learner_are_forgotten(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path / "t.db")
    transcript.begin("a", "A")
    transcript.touch("a")
    transcript.begin("b", "B")
    transcript.begin("c", "C")
    assert [transcript.exists(thread) for thread in "abc"] == [True, False, True]


def test_a_damaged_transcript_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_bytes(b"not a database, " * 100)
    Transcript(path).begin("a", "A")
    assert (tmp_path / "t.db.old").exists()


# --- words and assets -------------------------------------------------------------------------------------------------


def test_the_interface_has_the_same_words_in_both_languages() -> None:
    keys = [{key for key in Words(language)._texts if key.startswith(("ui.", "run_card."))} for language in LANGUAGES]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 60


def test_the_page_has_the_words_it_uses_and_no_others() -> None:
    parts = sorted((prepare.ASSETS / "page").glob("*.js"))
    assert [part.stem for part in parts] == sorted(prepare.PAGE_PARTS)
    source = "\n".join(path.read_text("utf-8") for path in (*parts, prepare.ASSETS / "page.js"))
    functions = re.findall(r"^  (?:async )?function (\w+)", source, re.M)
    assert len(functions) == len(set(functions)), "the parts share one scope: of two functions the later one counts"
    names = source[source.index("const NAMES = {") : source.index("const RIGHT = [")]
    used = set(re.findall(r"\bwords\.(\w+)", source)) | set(re.findall(r": '(\w+)',\n", names))
    assert used == set(prepare.PAGE_WORDS)


def test_our_texts_fit_chainlits_structure(tmp_path: Path) -> None:
    prepare._write_translations(tmp_path)
    spanish = json.loads((tmp_path / "es.json").read_text("utf-8"))
    assert "Musa" in spanish["chat"]["watermark"]
    assert spanish["threadHistory"]["thread"]["actions"]["delete"]["title"].startswith("¿Borrar")
    with pytest.raises(KeyError):
        prepare.merged({"chat": {}}, {"chatt": {}})


def test_no_asset_names_another_host() -> None:
    files = [path for path in prepare.ASSETS.rglob("*") if path.is_file()]
    assert len(files) > 15
    for path in files:
        hosts = set(re.findall(r"https?://([^/\"'\s)]+)", path.read_text("utf-8")))
        assert hosts <= {"www.w3.org"}, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_of_tokens_has_words_for_what_is_graded(language: Language) -> None:
    block = Tokens(title=msg("tokenize_text.title"), tokenizer="t", tokens=(Token(text="a", id=1, graded=True),))
    props = block_card(block, Words(language)).props
    assert props["tokens"][0]["graded"] is True
    assert len({props["words"][key] for key in ("what", "graded", "read")}) == 3
