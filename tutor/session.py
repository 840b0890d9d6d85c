"""One turn from start to finish: what the learner did goes in, what is shown comes out. The only wiring."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any

import skills
from skills.blocks import Progress, msg
from skills.contract import Language, UserError
from tutor import asides, checks, controls, reviews, steps
from tutor.arguments import Situation
from tutor.course import Bring, Item, Predict, Step, Try
from tutor.desk import Desk, next_button
from tutor.folding import fold
from tutor.grading import read_typed
from tutor.lesson_runs import ENDED, finish_job
from tutor.replay import RunStatus
from tutor.router import Router
from tutor.skill_calls import Outcome, call, import_text, slim, start_job
from tutor.turn import Button, CourseMap, Input, Intent, Shown, Waiting
from tutor.words import Words

log = logging.getLogger(__name__)
PASTED, PASTED_LINES = 400, 3
"""A typed text longer than this (characters), or with so many line breaks, is taken as a text that was brought."""


class Session:
    """The conversation of one learner; the chat has one, tests have many."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns = asyncio.Lock()
        self._training: asyncio.Task[Router] | None = None

    async def start(self) -> None:
        """Begin what nobody waits for: the worker with its models, and the router's training."""
        self._training = asyncio.create_task(asyncio.to_thread(Router, course=self._desk.course))
        await self._desk.worker.start(warm=self._desk.has_model)

    async def router(self) -> Router:
        if self._training is None:
            self._training = asyncio.create_task(asyncio.to_thread(Router, course=self._desk.course))
        return await self._training

    def speak(self, language: str) -> None:
        """Speak the browser's language (a tag such as `en-GB`), unless the learner or the owner chose one."""
        desk = self._desk
        if not desk.memory.language and not desk.settings.language:
            desk.words = Words("en" if language.lower().startswith("en") else "es")

    @property
    def language(self) -> Language:
        return self._desk.language

    def buttons(self) -> tuple[Button, ...]:
        """The buttons that can be clicked or typed now."""
        return self._desk.buttons

    def map(self) -> CourseMap:
        from tutor.course_map import course_map

        return course_map(self._desk)

    def run_status(self, run: str) -> RunStatus:
        return self._desk.jobs.status(run)

    async def turn(self, input: Input) -> AsyncIterator[Shown]:
        """What is shown after what the learner did. An empty input: the page was opened on a new thread."""
        async with self._turns:
            try:
                async for shown in self._dispatch(input):
                    yield shown
            except UserError as error:
                yield self._desk.error(error, buttons=self._desk.buttons or (next_button(self._desk),))
            except asyncio.CancelledError:
                raise
            except Exception:
                yield self._defect()

    async def resumed(self) -> AsyncIterator[Shown]:
        """An earlier thread was opened again: nothing, unless the program was restarted in between."""
        if not self._desk.spoken:
            async for shown in self.turn(Input()):
                yield shown

    async def watch(self) -> AsyncIterator[Shown]:
        """What happens by itself: a run has ended. For as long as the server lives."""
        while True:
            await asyncio.sleep(1)
            ended: list[Shown] = []
            async with self._turns:
                try:
                    ended = self._ended_runs()
                except Exception:
                    log.exception("watching the runs")
            for shown in ended:
                yield shown

    async def close(self) -> None:
        await self._desk.worker.stop()
        self._desk.store.close()

    # --- one turn -----------------------------------------------------------------------------------------------------

    async def _dispatch(self, input: Input) -> AsyncIterator[Shown]:
        desk = self._desk
        if input.uploads:
            turn = self._bring(input)
        elif input.intent:
            turn = self._act(input.intent)
        elif input.text.strip():
            turn = self._typed(input.text)
        else:
            turn = controls.welcome_back(desk) if desk.memory.greeted else controls.welcome(desk)
        async for shown in turn:
            yield shown

    async def _bring(self, input: Input) -> AsyncIterator[Shown]:
        desk = self._desk
        for upload in input.uploads:
            try:
                async for shown in import_text(desk, upload=upload):
                    if not isinstance(shown, Outcome):
                        yield shown
                        continue
                    async for more in self._brought(shown):
                        yield more
            except UserError as error:
                yield desk.error(error, buttons=desk.buttons)

    async def _brought(self, outcome: Outcome) -> AsyncIterator[Shown]:
        """A text is there: what was understood of it, and on with the step that asked for it."""
        desk, step = self._desk, self._desk.step
        if isinstance(step, Bring):
            desk.record("ran", {"at": desk.at(step.id), "skill": "load_dataset", "result": slim(outcome.result)})
            text = desk.text(step.after)
            yield desk.say(text, blocks=outcome.blocks, buttons=(next_button(desk),))
            return
        yield desk.say(
            desk.words("chat.brought"),
            tone="aside",
            blocks=outcome.blocks,
            buttons=(
                desk.button("chat.button.back_to_lesson", "back_to_lesson", main=True),
                desk.button("chat.button.inspect", "inspect_dataset"),
                desk.button("chat.button.summarize", "summarize"),
            ),
        )

    async def _typed(self, text: str) -> AsyncIterator[Shown]:
        """Typed words: an open button, a pasted text, an answer to what is open, or something to be routed."""
        desk, step = self._desk, self._desk.step
        item = None if desk.memory.machine.overlay or not desk.memory.open_item else checks.open_item(desk)
        waiting = step if _takes_text(step) and not desk.memory.machine.overlay else None
        button = self._as_button(text, numbered=item is None and waiting is None)
        if button:
            turn = self._act(button.intent)
        elif len(text) > PASTED or text.strip().count("\n") >= PASTED_LINES:
            turn = self._paste(text)
        elif item:
            turn = self._answer_or_route(item, text)
        elif waiting:
            turn = self._do_or_route(waiting, text)
        else:
            turn = self._route(text)
        async for shown in turn:
            yield shown

    def _as_button(self, text: str, numbered: bool) -> Button | None:
        """The open button meant by its words or, where numbers and letters can mean nothing else, by "2" or "b"."""
        buttons = self._desk.buttons
        said = fold(text).strip(" .)…")
        by_words = next((b for b in buttons if fold(b.label).strip(" .…") == said), None)
        if by_words or not numbered:
            return by_words
        place = int(said) - 1 if said.isdigit() else ord(said) - ord("a") if len(said) == 1 and said.isalpha() else -1
        return buttons[place] if 0 <= place < len(buttons) else None

    async def _paste(self, text: str) -> AsyncIterator[Shown]:
        async for shown in import_text(self._desk, text=text):
            if isinstance(shown, Outcome):
                async for more in self._brought(shown):
                    yield more
            else:
                yield shown

    async def _answer_or_route(self, item: Item, text: str) -> AsyncIterator[Shown]:
        """A question is asked: what is typed is its answer, unless it plainly asks for something else."""
        desk = self._desk
        asked = desk.memory.open_item
        assert asked
        options = checks.view(desk, item, asked.submission).options
        answer = text if item.format == "open" else read_typed(item, text, options, desk.language)
        if answer is None or item.format == "open":
            intent = (await self.router()).route(text, desk.language, self._situation("open_item"))
            if intent.name != "answer":
                async for shown in self._routed(intent, text):
                    yield shown
                return
        if answer is None:
            yield desk.say(desk.words("chat.which_option"), tone="feedback", buttons=desk.buttons)
            return
        async for shown in checks.take_answer(desk, answer, asked.submission):
            yield shown

    async def _do_or_route(self, step: Step, text: str) -> AsyncIterator[Shown]:
        """A step waits for words: these are they, unless they plainly ask for something else."""
        intent = (await self.router()).route(text, self._desk.language, self._situation("text"))
        turn = steps.do_step(self._desk, step, text, {}) if intent.name == "answer" else self._routed(intent, text)
        async for shown in turn:
            yield shown

    def _situation(self, waiting: Open) -> Situation:
        desk = self._desk
        files = tuple(m.name for m in desk.workspace.manifests())
        return Situation(open=waiting, labels=tuple(b.label for b in desk.buttons), files=files, language=desk.language)

    async def _route(self, text: str) -> AsyncIterator[Shown]:
        intent = (await self.router()).route(text, self._desk.language, self._situation("none"))
        async for shown in self._routed(intent, text):
            yield shown

    async def _routed(self, intent: Intent, text: str) -> AsyncIterator[Shown]:
        """Act on what free text was taken for; where the classifier hesitates, the model, and then the learner, say."""
        desk, router = self._desk, await self.router()
        if desk.has_model and router.needs_second_opinion(intent):
            yield Waiting(text=desk.words("chat.doing.understand"))
            intent = await router.second_opinion(text, desk.language, intent, desk.worker.score)
        if intent.name == "unsure":
            situation = self._situation("none")
            buttons = [
                desk.button(f"intents.{n}.label", n, args=router.arguments(text, n, situation) | {"said": text})
                for n in intent.args["candidates"]
            ]
            buttons.append(desk.button("chat.button.back_to_lesson", "back_to_lesson"))
            yield desk.say(desk.words("chat.unsure"), tone="aside", buttons=tuple(buttons))
            return
        async for shown in self._act(intent.model_copy(update={"args": intent.args | {"said": text}})):
            yield shown

    # --- acting on an intent ------------------------------------------------------------------------------------------

    async def _act(self, intent: Intent) -> AsyncIterator[Shown]:
        args = dict(intent.args)
        said = str(args.pop("said", ""))
        if intent.name in CONTROLS:
            turn = CONTROLS[intent.name](self, args, said)
        elif intent.name in skills.NAMES:
            turn = self._use_skill(intent.name, args)
        else:
            turn = self._not_yet(intent.name)
        async for shown in turn:
            yield shown

    async def _next(self) -> AsyncIterator[Shown]:
        desk = self._desk
        asked = desk.memory.open_item
        if desk.memory.machine.overlay:
            turn = asides.resume(desk)
        elif asked and asked.where != "lesson":
            desk.record("dropped", {"submission": asked.submission})
            turn = reviews.go_on(desk, asked.where)
        elif desk.memory.machine.phase == "review":
            turn = reviews.go_on(desk, "review")
        elif desk.memory.route is None:
            turn = controls.choose_route(desk, "express")
        else:
            turn = steps.advance(desk)
        async for shown in turn:
            yield shown

    async def _choose(self, args: dict[str, Any]) -> AsyncIterator[Shown]:
        """A choice of a step: a prediction, a knob, a text. One of a step that was left is said to be past."""
        desk, step = self._desk, self._desk.step
        if "sample" in args or "dataset" in args:
            turn = self._take_text(args)
        elif step is None or args.get("step") != desk.at(step.id):
            turn = self._past()
        else:
            turn = steps.do_step(desk, step, "", args)
        async for shown in turn:
            yield shown

    async def _past(self) -> AsyncIterator[Shown]:
        yield self._desk.say(self._desk.words("chat.past"), tone="system", buttons=self._desk.buttons)

    async def _take_text(self, args: dict[str, Any]) -> AsyncIterator[Shown]:
        desk = self._desk
        if "dataset" in args:
            manifest = desk.workspace.find(args["dataset"])
            desk.record("text_brought", {"dataset": manifest.id, "name": manifest.name})
            result = manifest.model_dump(mode="json") | {"dataset": manifest.id}
            async for shown in self._brought(Outcome(result=result, blocks=())):
                yield shown
            return
        async for said in import_text(desk, sample=args["sample"]):
            if isinstance(said, Outcome):
                async for shown in self._brought(said):
                    yield shown
            else:
                yield said

    async def _answer(self, args: dict[str, Any]) -> AsyncIterator[Shown]:
        desk = self._desk
        if args.get("give_up"):
            turn = checks.give_up(desk)
        elif retry := args.get("retry"):
            turn = checks.ask_item(desk, retry, args["where"])
        else:
            turn = checks.take_answer(desk, args.get("answer"), args.get("submission", ""))
        async for shown in turn:
            yield shown

    async def _use_skill(self, name: str, args: dict[str, Any]) -> AsyncIterator[Shown]:
        """A skill asked for by name, at any moment, on the learner's own text."""
        desk = self._desk
        skill = skills.skill(name)
        if name == "load_dataset":
            yield desk.say(desk.words("chat.bring_one"), tone="aside", buttons=steps.bring_buttons(desk))
            return
        fields = skill.Inputs.model_fields
        inputs = {key: value for key, value in args.items() if key in fields}
        if "file" in fields and not (inputs.get("file") or inputs.get("text")):
            if desk.memory.dataset is None:
                yield desk.say(desk.words("chat.needs_text"), tone="aside", buttons=steps.bring_buttons(desk))
                return
            inputs["file"] = desk.memory.dataset
        missing = [key for key, field in fields.items() if field.is_required() and key not in inputs]
        if missing:
            yield desk.say(desk.words(f"chat.ask_for.{missing[0]}"), tone="aside", buttons=desk.buttons)
            return
        buttons = (self._back(),)
        if skill.where == "job":
            run = await start_job(desk, name, inputs)
            desk.record("run_started", {"at": f"/{name}", "run": run, "skill": name})
            yield desk.say(
                "", tone="aside", blocks=(Progress(title=msg(f"chat.card.{name}"), run=run),), buttons=buttons
            )
            return
        desk.move("wonder")
        async for said in call(desk, name, inputs):
            if isinstance(said, Outcome):
                yield desk.say("", tone="aside", blocks=said.blocks, buttons=buttons)
            else:
                yield said

    async def _not_yet(self, name: str) -> AsyncIterator[Shown]:
        desk = self._desk
        known = f"intents.{name}.label" in desk.words
        text = (
            desk.words("chat.not_yet", what=desk.words(f"intents.{name}.label")) if known else desk.words("chat.past")
        )
        yield desk.say(
            text,
            tone="aside",
            buttons=(
                desk.button("chat.button.back_to_lesson", "back_to_lesson", main=True),
                desk.button("chat.button.help", "help"),
            ),
        )

    def _back(self) -> Button:
        return self._desk.button("chat.button.back_to_lesson", "back_to_lesson", main=True)

    async def _small_talk(self, name: str) -> AsyncIterator[Shown]:
        yield self._desk.say(
            self._desk.words(f"chat.{name}"),
            tone="aside",
            buttons=(self._desk.button("chat.button.back_to_lesson", "back_to_lesson", main=True),),
        )

    # --- by itself ----------------------------------------------------------------------------------------------------

    def _ended_runs(self) -> list[Shown]:
        desk = self._desk
        shown: list[Shown] = []
        for run in dict.fromkeys(desk.memory.runs.values()):
            if run not in desk.memory.announced and desk.jobs.status(run).state in ENDED:
                shown.append(finish_job(desk, run))
        return shown

    def _defect(self) -> Shown:
        reference = secrets.token_hex(4)
        log.exception("defect %s", reference)
        return self._desk.say(
            self._desk.words("chat.defect", reference=reference), tone="error", buttons=self._desk.buttons
        )


def _takes_text(step: Step | None) -> bool:
    """Whether what is typed at the step is what it waits for (and not only a choice among its buttons)."""
    return (isinstance(step, Predict) and step.format != "choice") or (isinstance(step, Try) and step.ask is not None)


CONTROLS: dict[str, Any] = {
    "next": lambda s, args, said: s._next(),
    "back": lambda s, args, said: steps.step_back(s._desk),
    "repeat": lambda s, args, said: asides.resume(s._desk),
    "back_to_lesson": lambda s, args, said: asides.resume(s._desk),
    "explain_again": lambda s, args, said: asides.explain_again(s._desk, args.get("topic")),
    "hint": lambda s, args, said: checks.give_hint(s._desk),
    "progress": lambda s, args, said: controls.show_progress(s._desk),
    "go_to": lambda s, args, said: controls.go_to(s._desk, args),
    "start_lesson": lambda s, args, said: steps.begin_lesson(s._desk, args["lesson"]),
    "stop": lambda s, args, said: controls.stop(s._desk),
    "help": lambda s, args, said: controls.show_help(s._desk),
    "change_language": lambda s, args, said: controls.change_language(s._desk, args),
    "privacy": lambda s, args, said: controls.privacy(s._desk),
    "delete_data": lambda s, args, said: controls.my_things(s._desk),
    "delete": lambda s, args, said: controls.delete(s._desk, args),
    "feedback": lambda s, args, said: controls.take_feedback(s._desk, said),
    "small_talk": lambda s, args, said: s._small_talk("small_talk"),
    "off_topic": lambda s, args, said: s._small_talk("off_topic"),
    "question": lambda s, args, said: asides.answer(s._desk, said or args.get("question", "")),
    "quiz": lambda s, args, said: reviews.begin_quiz(s._desk, args),
    "choose": lambda s, args, said: s._choose(args),
    "answer": lambda s, args, said: s._answer(args),
    "profile": lambda s, args, said: controls.choose_profile(s._desk, args["profile"]),
    "route": lambda s, args, said: controls.choose_route(s._desk, args["route"]),
    "restart": lambda s, args, said: controls.welcome(s._desk),
    "quit": lambda s, args, said: controls.quit_program(s._desk),
    "run_stop": lambda s, args, said: controls.run_control(s._desk, "stop", args["run"]),
    "run_pause": lambda s, args, said: controls.run_control(s._desk, "pause", args["run"]),
    "run_discard": lambda s, args, said: controls.run_control(s._desk, "discard", args["run"]),
    "run_resume": lambda s, args, said: controls.run_control(s._desk, "resume", args["run"]),
    "run_delete": lambda s, args, said: controls.run_control(s._desk, "delete", args["run"]),
}
