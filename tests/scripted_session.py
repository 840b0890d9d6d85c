"""A session that plays a script: every kind of thing that can be shown, for looking at the chat and testing it.

`python -m tests.scripted_session HOME [--port N] [--no-browser]` serves it.
"""

# ruff: noqa: E501 (the texts of a script)
from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from skills.blocks import (
    Artefact,
    Bet,
    Chart,
    Column,
    Compare,
    CompareColumn,
    Measure,
    Measures,
    Notice,
    Option,
    Passage,
    Passages,
    Probabilities,
    Progress,
    Role,
    Series,
    Table,
    Text,
    Token,
    Tokens,
    msg,
)  # fmt: skip
from skills.contract import Language, Metric, Sample
from skills.errors import FileMissing
from skills.training.budget import ModelShape
from skills.training.estimate import TrainingFacts, TrainingMachine
from skills.training.hyperparameters import Hyperparameters
from skills.training.knobs import settings_block
from tutor.dialogue.free_text import as_button
from tutor.processes.run_status import RunStatus
from tutor.settings import Settings, build_settings
from tutor.turn import (
    Button,
    Chosen,
    CourseMap,
    Delta,
    Farewell,
    Fold,
    Graded,
    Input,
    Intent,
    ItemView,
    MapLesson,
    MapModule,
    Opened,
    Reload,
    Said,
    Shown,
    Verdict,
    Waiting,
)
from tutor.words import Words  # fmt: skip

GREETING = {
    "es": "Hola, soy Musa, un programa que vive en tu computadora. Nada de lo que escribas o subas sale de esta máquina.\n\n"
    "Para empezar, ¿qué te trae por acá?",
    "en": "Hello, I'm Musa, a program that lives on your computer. Nothing you write or upload leaves this machine.\n\n"
    "To begin, what brings you here?",
}
VERSE = "Aquí me pongo a cantar\nal compás de la vigüela,\nque el hombre que lo desvela\nuna pena estraordinaria,\ncomo la ave solitaria\ncon el cantar se consuela."
T = {
    "es": {
        "profile": ("Escribo", "Doy clases", "Investigo o informo", "Solo curiosidad"), "next": "Seguir", "aside": "¿Qué era un token?",
        "pieces": "Así corta el modelo tu frase", "bars": "Lo que el modelo ve venir", "question": "El modelo dice que «mano» tiene 91 %. ¿Qué quiere decir?",
        "options": ("Que de cada cien veces que escribe, elegiría «mano» unas 91", "Que entendió el refrán en un 91 %", "Que la respuesta es correcta"),
        "order": "Ordená lo que pasa cuando el modelo escribe una palabra.", "steps": ("Corta tu texto en tokens", "Reparte probabilidades", "Elige uno y lo agrega"),
        "good": "Sí: es un reparto de apuestas entre lo que podría seguir. No dice si es verdad.", "streamed": "Un **token** es un pedacito de texto: a veces una palabra, a veces media, a veces un signo. El modelo lee y escribe de a tokens.",
        "lesson": "De la lección 1.3", "waiting": "Estoy mirando qué palabras ve venir el modelo…", "done": "Leí `cuentos.docx`: 42 cuentos, unas 38.000 palabras.",
    },
    "en": {
        "profile": ("I write", "I teach", "I do research", "Just curious"), "next": "Go on", "aside": "What was a token?",
        "pieces": "How the model cuts your sentence", "bars": "What the model sees coming", "question": "The model says “hand” has 91%. What does that mean?",
        "options": ("That out of a hundred tries it would choose “hand” about 91 times", "That it understood 91% of the proverb", "That the answer is correct"),
        "order": "Put what happens when the model writes a word in order.", "steps": ("It cuts your text into tokens", "It spreads probabilities", "It picks one and adds it"),
        "good": "Yes: it is a spread of bets over what could follow. It doesn't say whether it is true.", "streamed": "A **token** is a small piece of text: sometimes a word, sometimes half of one, sometimes a sign. The model reads and writes in tokens.",
        "lesson": "From lesson 1.3", "waiting": "I'm looking at which words the model sees coming…", "done": "I read `stories.docx`: 42 stories, about 38,000 words.",
    },
}  # fmt: skip


class ScriptedSession:
    """Answers a few words: see `SCENES`. `runs` holds the status of each run, for a test to change."""

    def __init__(self, language: Language = "es") -> None:
        self.language: Language = language
        self.chosen_language = False
        self.turns: list[Input] = []
        self._one_at_a_time = asyncio.Lock()
        self.runs: dict[str, RunStatus] = {"run-1": run_status("running", 0.6)}
        self.begun = False
        self.happening: asyncio.Queue[Shown] = asyncio.Queue()
        self._buttons: tuple[Button, ...] = ()
        self._count = 0
        self.here = (0, 2)
        """The module and the lesson that the map shows as the present one."""
        self._left = asyncio.Event()

    def prefer(self, language: Language) -> None:
        if not self.chosen_language:
            self.language = language

    def buttons(self) -> tuple[Button, ...]:
        return self._buttons

    def interrupt(self) -> None:
        self._left.set()

    def happened_since(self, at: float) -> bool:
        return False

    def run_status(self, run: str) -> RunStatus:
        if run not in self.runs:
            raise FileMissing(name=run, known="")
        return self.runs[run]

    def running(self) -> RunStatus | None:
        return next((run for run in self.runs.values() if self.begun and run.state == "running"), None)

    def map(self) -> CourseMap:
        titles = {
            "es": (
                ("Empezar", ("La palabra que sigue", "Tokens", "Temperatura")),
                ("Tus textos", ("Traer un texto", "Entrenar con él", "Comparar")),
            ),
            "en": (
                ("Beginning", ("The next word", "Tokens", "Temperature")),
                ("Your texts", ("Bring a text", "Train on it", "Compare")),
            ),
        }[self.language]
        states = iter(("passed", "review", "begun", "walked", "todo", "todo"))
        modules = tuple(
            MapModule(
                title=title,
                lessons=tuple(
                    MapLesson(
                        id=f"l{m}{i}", number=f"{m + 1}.{i + 1}", title=name, minutes=5, state=next(states), current=(m, i) == self.here,  # type: ignore[arg-type]
                        evidence=("2/2",) if (m, i) == (0, 0) else (), pending=3 if (m, i) == (1, 0) else 0,
                    )
                    for i, name in enumerate(lessons)
                ),
            )
            for m, (title, lessons) in enumerate(titles)
        )  # fmt: skip
        return CourseMap(route="express", modules=modules, done=1, total=6, model="Qwen2.5-0.5B-Instruct")

    async def watch(self) -> AsyncIterator[Shown]:
        while True:
            yield await self.happening.get()

    async def resumed(self) -> AsyncIterator[Shown]:
        return
        yield

    async def close(self) -> None:
        pass

    async def turn(self, input: Input) -> AsyncIterator[Shown]:
        """One at a time, as in the real session: a turn begun inside another would wait for ever."""
        async with self._one_at_a_time:
            async for shown in self._turn(input):
                yield shown

    async def _turn(self, input: Input) -> AsyncIterator[Shown]:
        self.turns.append(input)
        t, intent = T[self.language], input.intent or Intent(name=input.text.strip() or "greet")
        if button := as_button(self._buttons, input.text, numbered=True):
            yield Chosen(intent=button.intent)
            intent = button.intent if button.on_card else intent
        if input.uploads:
            assert all(upload.path.is_file() for upload in input.uploads)
            yield self.say(t["done"], blocks=(passages(),))
        elif intent.name in ("quit", "adios"):
            yield Farewell(text="Hasta luego.")
        elif intent.name == "change_language":
            self.chosen_language, self.language = True, "en" if self.language == "es" else "es"
            yield Reload()
        elif intent.name == "show_more":
            yield Opened(message=intent.args["message"], place=intent.args["place"])
            yield self.say(buttons=self._buttons)
        elif intent.name == "answer":
            for shown in self._grade(intent.args):
                yield shown
        elif intent.name == "run_pause":
            self.runs["run-1"] = run_status("paused", 0.6)
            yield self.say("...")
        elif intent.name == "token":
            yield Waiting(text=t["waiting"])
            await asyncio.sleep(0.4)
            for word in t["streamed"].split(" "):
                yield Delta(id="streamed", text=word + " ", author="Musa")
                await asyncio.sleep(0.02)
            yield self.say(t["streamed"], id="streamed", source=t["lesson"], tone="aside", buttons=self.next_buttons())
        elif intent.name == "slow":
            self._left.clear()
            yield Waiting(text=t["waiting"])
            await asyncio.wait_for(self._left.wait(), 60)
            yield self.say(Words(self.language)("errors.interrupted.what"), tone="error")
        elif intent.name in ("map", "unmap"):
            self.here = (1, 2) if intent.name == "map" else (0, 2)
            yield self.say("...", buttons=self.next_buttons())
        elif intent.name == "boom":
            raise ZeroDivisionError
        elif intent.name in SCENES:
            yield getattr(self, intent.name)()
        else:
            names = ("writer", "teacher", "researcher", "curious")
            buttons = tuple(
                Button(label=x, intent=Intent(name="profile", args={"profile": n}))
                for n, x in zip(names, t["profile"], strict=True)
            )
            yield self.say(
                GREETING[self.language]
                if intent.name in ("greet", "profile", "next")
                else "user:hello a:b ![x](http://example.invalid/x.png) <b>10:30</b>",
                buttons=buttons,
            )

    def say(self, text: str = "", **more: Any) -> Said:
        self._count += 1
        more.setdefault("id", f"said-{id_of(self)}-{self._count}")
        self._buttons = more.get("buttons", ())
        return Said(text=text, **more)

    def next_buttons(self) -> tuple[Button, ...]:
        t = T[self.language]
        return (
            Button(label=t["next"], intent=Intent(name="next"), main=True),
            Button(label=t["aside"], intent=Intent(name="token")),
        )

    def _grade(self, args: dict[str, Any]) -> list[Shown]:
        given = args["answer"]
        chosen = tuple(given) if isinstance(given, list) else given
        wrong = given in (["b"], ["c"], "0")
        verdict = Verdict(
            outcome="wrong" if wrong else "unclear" if args["item"] == "open" else "correct", chosen=chosen, right=() if args["item"] in ("number", "open") else ("a", "b", "c") if args["item"] == "order" else ("a",),
            feedback=T[self.language]["good"], model=T[self.language]["streamed"] if args["item"] == "open" else "",
        )  # fmt: skip
        return [Graded(submission=args["submission"], verdict=verdict), self.say("", buttons=self.next_buttons())]

    # --- scenes -------------------------------------------------------------------------------------------------------

    def item(self, format: Any) -> Said:
        t = T[self.language]
        self._count += 1
        texts = t["steps"] if format == "order" else t["options"]
        options = (
            ()
            if format in ("number", "open")
            else tuple(zip("bac" if format == "order" else "abc", texts, strict=True))
        )
        if format == "true_false":
            options = (("true", "Verdadero"), ("false", "Falso"))
        stem = t["order"] if format == "order" else t["question"]
        view = ItemView(item=format, submission=f"s{self._count}", format=format, stem=stem, options=options, hint=True)
        return self.say("", item=view)

    def single(self) -> Said:
        return self.item("single")

    def multiple(self) -> Said:
        return self.item("multiple")

    def true_false(self) -> Said:
        return self.item("true_false")

    def number(self) -> Said:
        return self.item("number")

    def order(self) -> Said:
        return self.item("order")

    def open(self) -> Said:
        return self.item("open")

    def bars(self) -> Said:
        blocks = (probabilities(), tokens())
        return self.say(T[self.language]["streamed"], blocks=blocks, buttons=self.next_buttons())

    def figures(self) -> Said:
        return self.say(T[self.language]["good"], blocks=(Bet(yours="vuelo", came="mano"), measures()))

    def charts(self) -> Said:
        return self.say(blocks=(chart("line"), chart("bars"), table()))

    def folded(self) -> Said:
        """A result with more to see than its first card, and what is said of it."""
        self._count += 1
        id = f"said-{id_of(self)}-{self._count}"
        folds = (Fold(label="Las fichas", blocks=(tokens(),)), Fold(label="En números", blocks=(table(),)))
        lines = tuple(
            Button(label=f.label, intent=Intent(name="show_more", args={"message": id, "place": n}), on_card=True)
            for n, f in enumerate(folds)
        )
        said = T[self.language]["good"]
        return self.say(said, id=id, blocks=(probabilities(),), folds=folds, buttons=(*self.next_buttons(), *lines))

    def wide(self) -> Said:
        return self.say(blocks=(wide_table(),))

    def addresses(self) -> Said:
        return self.say(
            "https://example.invalid/a?b=c www.example.invalid yo@example.invalid [un enlace](http://example.invalid/x)"
        )

    def texts(self) -> Said:
        plain = Text(message=msg("fine_tune.caption.learning"))
        notice = Notice(level="warning", message=msg("fine_tune.caption.slowly"))
        kept = Artefact(
            title=msg("run_card.state.done"),
            path="runs/run-1/adapter",
            bytes=4_200_000,
            caption=msg("fine_tune.caption.learning"),
        )
        return self.say(blocks=(compare(), passages(), plain, notice, kept), buttons=self.next_buttons())

    def settings(self) -> Said:
        card = settings()
        start = Button(label="Empezar", intent=Intent(name=card.skill, args=card.inputs), on_card=True)
        return self.say(blocks=(card,), buttons=(*self.next_buttons(), start))

    def later(self) -> Said:
        """Something comes by itself in a moment, under whatever is on the page then."""
        asyncio.get_running_loop().call_later(LATER, self._comes)
        return self.say("Dentro de un rato.")

    def _comes(self) -> None:
        self.happening.put_nowait(self.say("Llegó solo.", blocks=(table(),)))

    def run(self) -> Said:
        self.begun = True
        return self.say(blocks=(Progress(title=msg("run_card.samples"), run="run-1"),))


id_of = id
LATER = 4.0
"""Seconds: longer than a turn."""

SCENES = (
    "single", "multiple", "true_false", "number", "order", "open", "bars", "charts", "folded", "figures", "wide", "addresses", "texts",
    "settings", "run", "later",
)  # fmt: skip


def probabilities() -> Probabilities:
    options = tuple(
        Option(text=t, probability=p)
        for t, p in ((" mano", 0.62), (" el", 0.14), (" la", 0.09), (" vuelo", 0.05), ("\n", 0.02))
    )
    return Probabilities(
        title=msg("ui.probabilities.option"),
        prompt="Más vale pájaro en",
        options=options,
        rest=0.08,
        own=Option(text="jaula", probability=0.004),
        caption=msg("fine_tune.caption.nothing"),
    )


def measures() -> Measures:
    hands: tuple[tuple[Role, str, float], ...] = (
        ("base", "base", 2.59),
        ("tuned", "tuned", 1.97),
        ("baseline", "counter", 2.52),
    )
    bars = tuple(
        Measure(
            role=role,
            label=msg(f"evaluate_model.bars.{who}"),
            value=bits,
            told=msg("evaluate_model.figure.two", value=bits),
        )
        for role, who, bits in hands
    )
    return Measures(title=msg("evaluate_model.bars.title"), measures=bars, caption=msg("evaluate_model.bars.caption"))


def tokens() -> Tokens:
    pieces = ["Más", " vale", " p", "ájaro", " en", " mano", " que", " c", "iento", " vol", "ando", "."]
    return Tokens(
        title=msg("ui.tokens.list"), tokenizer="Qwen2.5", caption=msg("fine_tune.caption.learning"),
        tokens=tuple(Token(text=t, id=100 + i * 371, graded=None) for i, t in enumerate(pieces)),
    )  # fmt: skip


def chart(form: Any) -> Chart:
    if form == "bars":
        series: tuple[Series, ...] = (
            Series(
                role="yours",
                label=msg("fine_tune.chart.heldout"),
                points=tuple((x * 50, y) for x, y in enumerate((3, 12, 21, 9, 4, 1))),
            ),
        )
    else:
        series = (
            Series(
                role="train",
                label=msg("fine_tune.chart.train"),
                points=tuple((x, 2 + 2 * math.exp(-x / 20)) for x in range(0, 100, 5)),
            ),
            Series(
                role="heldout",
                label=msg("fine_tune.chart.heldout"),
                points=tuple((x, 2.6 + 1.4 * math.exp(-x / 15)) for x in range(0, 100, 10)),
            ),
        )
    return Chart(
        title=msg("fine_tune.chart.title"),
        form=form,
        x=msg("fine_tune.chart.x"),
        y=msg("fine_tune.chart.y"),
        series=series,
        caption=msg("fine_tune.caption.learning"),
    )


def table() -> Table:
    columns = (
        Column(label=msg("ui.tokens.token")),
        Column(label=msg("ui.tokens.id"), numeric=True),
        Column(label=msg("ui.probabilities.share"), numeric=True),
    )
    return Table(
        title=msg("ui.chart.table"),
        columns=columns,
        rows=(("pájaro", 18423, 0.91), (msg("ui.probabilities.rest"), 9, 1234.5)),
        caption=msg("fine_tune.caption.nothing"),
    )


def wide_table() -> Table:
    """Five columns, one of them of sentences: more than a phone has room for."""
    labels = ("ui.tokens.token", "ui.tokens.what", "ui.tokens.id", "ui.probabilities.share", "ui.tokens.list")
    columns = tuple(Column(label=msg(label), numeric=n > 1) for n, label in enumerate(labels))
    rows = tuple((word, VERSE.replace("\n", " "), 18423 + n, 0.91, 1234.5) for n, word in enumerate(("pájaro", "mano")))
    return Table(title=msg("ui.chart.table"), columns=columns, rows=rows, caption=msg("fine_tune.caption.nothing"))


def compare() -> Compare:
    columns = (
        CompareColumn(
            role="base",
            label=msg("ui.tokens.token"),
            text="Era una tarde tranquila y el sol se ponía lentamente sobre la ciudad.",
        ),
        CompareColumn(
            role="tuned",
            label=msg("ui.tokens.id"),
            text="Era una tarde de aquellas\nen que el viento pampa canta\ny se anuda en la garganta.",
        ),
    )
    return Compare(
        title=msg("ui.compare.prompt"),
        prompt="Era una tarde",
        columns=columns,
        caption=msg("fine_tune.caption.learning"),
    )


def settings() -> Any:
    """The settings card of a text of 400 short entries and ten long ones, on a machine where nothing was measured."""
    shape = ModelShape(parameters=134_515_008, hidden=576, inner=1536, layers=30, vocabulary=49_152, linear=305_280)
    facts = TrainingFacts(
        dataset="ds-1", name="martin_fierro.csv", base="smollm2-135m-instruct", shape=shape, sizes={50: 400, 600: 10},
        heldout=45, talks=True, template=True,
    )  # fmt: skip
    return settings_block(
        facts, Hyperparameters(goal="style"), TrainingMachine(cores=2, free_bytes=8 * 10**9, free_disk=10**11)
    )


def passages() -> Passages:
    long = Passage(text=VERSE * 4, source="martin_fierro.csv", location=msg("run_card.sample.at", share=0.1))
    return Passages(title=msg("run_card.samples"), passages=(Passage(text=VERSE, source="martin_fierro.csv"), long))


def run_status(state: Any, share: float) -> RunStatus:
    steps = range(0, int(120 * share) + 1, 4)
    curves = [
        Metric(step=s, name=n, value=2.4 + 1.6 * math.exp(-s / 25)) for s in steps for n in ("train_loss", "train_bpc")
    ]
    curves += [
        Metric(step=s, name=n, value=2.7 + 1.2 * math.exp(-s / 30))
        for s in steps[::5]
        for n in ("heldout_loss", "heldout_bpc")
    ]
    samples = tuple(
        Sample(share=s, prompt="Aquí me pongo a", text=t)
        for s, t in (
            (0.0, "trabajar en mi proyecto de investigación."),
            (0.25, "pensar en la noche\ny en las cosas del camino."),
            (0.5, "cantar mi pena\ncon la guitarra en la mano."),
        )
        if s <= share
    )
    return RunStatus(
        run="run-1",
        skill="fine_tune",
        state=state,
        done=120 * share,
        total=120,
        eta=110.0,
        metrics=tuple(curves),
        samples=samples,
        seconds=250,
        steps=120,
        kept=state == "done",
    )


def open_session(settings: Settings) -> ScriptedSession:
    return ScriptedSession(settings.language or "es")


if __name__ == "__main__":
    from tutor.ui.serve import main

    arguments = sys.argv[1:]
    port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else 8765
    sys.exit(main(build_settings(Path(arguments[0]), port=port), "--no-browser" not in arguments, open_session))
