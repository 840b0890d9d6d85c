"""Message ids put together in code from what tests/message_ids.py cannot follow: what each of them can be.

The key is the f-string as it is written, the value what its braces can be: the words for one, or for all of them in the
order they are written. `SOME`: one of the messages there are, since the words come from data or from a library; the
tests of that part meet them.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection
from importlib import import_module
from typing import get_args

import skills
from skills.dataset import oddities
from skills.dataset.entries import BY_HAND
from skills.dataset.proposals import Kind
from skills.export.room import Format
from skills.reading import load_result
from skills.reading.card import FIELDS
from skills.training import budget, knobs
from tutor.dialogue import next_useful
from tutor.dialogue.routes import PROFILES
from tutor.learner.events import Outcome
from tutor.lm.catalogue import ROLES, load_catalogue
from tutor.nlu.courtesy import Courtesy
from tutor.nlu.utterances import read_utterances
from tutor.ui.run_card import CONTROLS, SERIES

SOME: Collection[str] = ()
JOBS = [name for name in skills.NAMES if skills.skill(name).where == "job"]
QUICK = [name for name in skills.NAMES if name not in JOBS]
INTENTS = sorted({*read_utterances()["es"], *skills.NAMES})
PRESETS = get_args(budget.Preset)
ASKED_OF_RUNS = sorted({what for offered in CONTROLS.values() for what in offered})
ROUTES = ("express", "full")
DELETED = ("text", "run", "tokenizer", "export", "model", "all")
KEYS = {*oddities.NAMED, *oddities.SCRIPTS, "control", "space", "private", "mark", "letter", "sign"}

DECLARED: dict[str, Collection[str | tuple[str, ...]]] = {
    # skills
    "bars.{who}": ("base", "tuned", "counter"),
    "fine_tune.measures.{who}": ("base", "tuned", "counter"),
    "ui.bet.{side}": ("yours", "came"),
    "ui.forgotten.{gone.what}": ("text", "run"),
    "edit_entries.done.{self.action}": ("leave_out", "join", "cut", "put_back", "undo"),
    "edit_entries.which.{self.action}": ("leave_out", "join", "cut", "put_back"),
    "data_card.changes.{kind}": ("mask", "other", *sorted(BY_HAND)),
    "clean_dataset.applied.{key}": ("mended", "dropped", "taken", "nothing"),
    "clean_dataset.{key}": ("found", "asks"),
    "clean_dataset.offers.{key}": ("all", "undo"),
    "clean_dataset.{key}.offer": [f"kinds.{kind}" for kind in get_args(Kind)],
    "chat.marked.{dialogue.marked.outcome}": get_args(Outcome),
    "chat.small_talk.{kind}": [f"{kind}.{one}" for kind in get_args(Courtesy) for one in "ab"],
    "chat.next_useful.{skill}": (*next_useful.WITH_A_TEXT, *next_useful.WITH_A_MODEL),
    "compare_models.{side}": ("base", "tuned", "counter"),
    "compare_models.doing.{name}": ("gguf", "adapter", "check"),
    "compare_runs.column.{name}": SOME,
    "plan_training.knob.{name}.label": [name for name in knobs.STOPS if name != "preset"],
    "plan_training.knob.{name}.much": [name for name in knobs.STOPS if name != knobs.FIRST],
    "plan_training.preset.{value}.label": PRESETS,
    "plan_training.value.{knob}.{value}": SOME,
    "plan_training.value.{name}": [name for name in knobs.STOPS if name not in knobs.CHOICES],
    "plan_training.value.{name}.{value}{used}": [
        *((name, str(value), "") for name in knobs.CHOICES for value in knobs.STOPS[name]),
        *(("precision", knobs.AUTO, f"_{precision}") for precision in ("bf16", "fp32")),
    ],
    "data_card.fields.{name}": tuple(FIELDS),
    "clean_dataset.kinds.{kind}.name": get_args(Kind),
    "decide.reasons.{reason.id}": [rule.id for rule in import_module("skills.decide").RULES],
    "evaluate_model.doing.{self.step}": import_module("skills.evaluate_model").STEPS,
    "verdict.{code}": SOME,
    "task.column.{each}": SOME,
    "task.row.{measure}": SOME,
    "task.meaning.{measure}": SOME,
    "task.simple.{result.task.simple}": ("majority", "lead", "copy"),
    "column.{name}": SOME,
    "export_project.doing.{what}": SOME,
    "export_project.later.{format}": ("notebook", "report", "data"),
    "export_project.how.{check.format}": get_args(Format),
    "export_project.format.{check.format}": get_args(Format),
    "export_project.offer.{choice.format}": SOME,
    "fine_tune.next.{self._next()[0]}": SOME,
    "fine_tune.offer.{what}": SOME,
    "fine_tune.reason.{code}": SOME,
    "inspect_dataset.characters.{odd.key}": KEYS,
    "inspect_dataset.extremes.{kind}": ("shortest", "longest", "sample"),
    "inspect_dataset.mend.{item.code}": ("private", "repeated", "dirty", "foreign", "few", "over", "short"),
    "inspect_dataset.ready.{goal.goal}.{why}": SOME,
    "inspect_dataset.table.{key}": SOME,
    "load_dataset.language.{(self.language if self.language in NAMED else 'other')}": (
        *load_result.NAMED,
        "other",
    ),
    "load_dataset.notices.{code}": SOME,
    "load_dataset.offers.{choice['shape']}": SOME,
    "preview_examples.longer.{done}": ("split", "split_talk", "drop", "raise_part", "raise_all"),
    "scan_private_data.left.{one.why}": ("capital", "number", "word"),
    "scan_private_data.left.{more}": ("more", "caption"),
    "scan_private_data.left.{name}": ("what", "times", "why"),
    "scan_private_data.offers.{id}": ("fixed", "name", "address", "all"),
    "split_dataset.examples.{example.side}": ("train", "validation", "test"),
    "split_dataset.offers.{id}": ("fine_tune", "seed", "document", "block", "row", "two"),
    "summarize.why.{self.why_quoted}": ("default", "no_model", "language", "too_short", "nothing_kept"),
    "train_tokenizer.costs.of.{cost.text}": SOME,
    # the conversation
    "chat.from_{kind}": ("tutor", "worry"),
    "chat.ask_for.{missing[0]}": sorted(
        {
            name
            for skill in skills.NAMES
            for name, field in skills.skill(skill).Inputs.model_fields.items()
            if field.is_required()
        }
    ),
    "chat.blind.rival.{other}": ("base", "counter"),
    "chat.card.{dialogue.jobs.status(run).skill}": JOBS,
    "chat.deleted.{what}": ("run", "tokenizer", "export", "model"),
    "chat.goes.{what}": ("runs", "exports", "tokenizers"),
    "chat.goes.{how}": ("with", "went", "with_run", "went_run"),
    "chat.kind.downloaded.{model.manifest.roles[0]}": ROLES,
    "chat.kind.{kind}": ("model", "unfinished", "test"),
    "chat.thing.current_{thing.what}": ("text", "run"),
    "chat.thing.{label}": ("open", "open_folder", "use_text", "use_model", "rename", "delete"),
    "chat.sure.{what}": DELETED,
    "chat.doing.{name}": QUICK,
    "chat.ended.{status.skill}": JOBS,
    "chat.profile_said.{profile}": PROFILES,
    "chat.profile.{profile}": PROFILES,
    "chat.foreign.{args.get('language')}": ("pt", "fr", "it", "de", "ca", "zh", "ar", "ru"),
    "chat.run_asked.{told}": ("end", "over", *ASKED_OF_RUNS),
    "chat.run_what.{skill}": JOBS,
    "chat.route_{('kept' if same else 'changed')}.{route}": [(how, r) for how in ("kept", "changed") for r in ROUTES],
    "chat.route_done.{route}": ROUTES,
    "chat.{next(iter(item.right))}": ("true", "false"),
    "chat.run_{status.state}": ("running", "interrupted", "paused"),
    "chat.sample.{sample}": ("verse", "prose"),
    "intents.{name}.label": INTENTS,
    "intents.{name}.about": INTENTS,
    # models, terminal, page
    "errors.{error.code}.what": SOME,
    "errors.{id}.{error.values.get('kind')}.what": SOME,
    "errors.{id}.{part}": SOME,
    "fine_tune.chart.{role}": SERIES.values(),
    "entry.good_for": SOME,
    "encoder.good_for": SOME,
    "models.command.plays_{role}": ROLES,
    "models.language.{language}": sorted({each for entry in load_catalogue() for each in entry.writes}),
    "models.role.{role}": ROLES,
    "models.setup.{entry.roles[0]}": ROLES,
    "models.setup.without_{role}": [role for role in ROLES if role != "workbench"],
    "models.speed.{advice[0]}": ("larger", "get", "use", "none"),
    "models.llama.{verdict.reason}": ("instructions", "library"),
    "models.stage.{word}": ("safetensors", "gguf", "tokenizer"),
    "run_card.caption.{status.state}": ("paused", "interrupted", "failed", "done", "stopped"),
    "run_card.control.{what}": ASKED_OF_RUNS,
    "run_card.control.{what}_{state}": SOME,
    "run_card.control.{what}_{status.state}": SOME,
    "runner.problem.{kind}": SOME,
    "ui.map.route.{course.route}": SOME,
}


def text_of(node: ast.expr) -> str:
    """An expression as it is written, an f-string without its quotes."""
    return ast.unparse(node)[2:-1] if isinstance(node, ast.JoinedStr) else ast.unparse(node)


def fixed(node: ast.JoinedStr) -> list[str]:
    """What stands before, between and behind the braces."""
    parts = [""]
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts[-1] += value.value
        else:
            parts.append("")
    return parts


def filled(node: ast.JoinedStr, words: str | tuple[str, ...]) -> str:
    inside = (words,) if isinstance(words, str) else words
    return "".join(map("".join, itertools.zip_longest(fixed(node), inside, fillvalue="")))
