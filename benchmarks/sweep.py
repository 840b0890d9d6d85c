"""Which settings of training reach the best held-out loss soonest: rates, ranks, tokens a step, schedules; some texts.

    python -m benchmarks.sweep run WEIGHTS TEXT... --into FILE [--rates 3e-4 1e-3] [--ranks 0] [--tokens 0]
                                   [--schedules cosine] [--seeds 0 1 2] [--passes 0] [--most 60]
    python -m benchmarks.sweep show FILE

WEIGHTS is a folder in the transformers format, a TEXT whatever `load_dataset` reads. 0 is the product's default for
that text. Each cell is trained in this process by the functions of the product's own loop, for as many steps as
`--passes` over the text are (`--most` at most), and measured nine times on the way. A line of FILE is a cell; those
that are there are not made again. Losses do not depend on how busy the machine is; seconds do: `show` counts tokens of
training, and the seconds that they take at the median pace of all cells of the same model.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

from skills import load_dataset
from skills.contract import Context, Skill
from skills.model.base import open_base, with_adapter
from skills.training import budget
from skills.training.data import TrainingTexts, read_texts
from skills.training.hyperparameters import LENGTH, RATE, usual_rank
from skills.training.loss import batch_losses, cost
from skills.training.packing import Packed, batch, steps
from skills.workspace import Workspace
from tutor.lm.hardware import processor_name

MEASURED = 9
ROWS = 2
"""Rows of a micro-batch: what fits on a small machine."""
WITHIN = 1.01
"""A loss counts as the best one from 1 % above it on."""
KEYS = ("model", "text", "rate", "rank", "tokens", "schedule", "seed")
Cell = dict[str, Any]


def read(file: Path, weights: Path, folder: Path) -> TrainingTexts:
    workspace = Workspace(folder / file.stem)
    workspace.home.mkdir(parents=True, exist_ok=True)

    def home(skill: Skill) -> Context:
        return Context(workspace=workspace, language="es")

    load_dataset.using(home)(file)
    return read_texts(Context(workspace=workspace, language="es"), weights, None, LENGTH)


def rate_at(schedule: str, step: int, total: int, peak: float) -> float:
    if schedule == "cosine":
        return budget.learning_rate(step, total, peak)
    warm = max(1, round(total * budget.WARMUP))
    if step < warm or schedule == "constant":
        return peak * min(1.0, (step + 1) / warm)
    return peak * (total - step) / (total - warm)  # "linear": down to nothing


def train(weights: Path, texts: TrainingTexts, cell: Cell, passes: int, most: int) -> Cell:
    import torch

    model = with_adapter(open_base(weights, "bf16"), cell["rank"], cell["seed"])
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=cell["rate"], weight_decay=0.0)
    often = passes or budget.passes(texts.train_tokens)
    total = max(2, min(most, math.ceil(often * texts.train_tokens / cell["tokens"])))
    upcoming = steps(texts.material.train, LENGTH, cell["tokens"], cell["seed"])
    found = [(0, cost(model, texts.material.heldout, LENGTH, ROWS).loss)]
    seconds = 0.0
    for number in range(total):
        began = time.perf_counter()
        nats = _step(
            model, trainable, optimizer, next(upcoming), rate_at(cell["schedule"], number, total, cell["rate"])
        )
        seconds += time.perf_counter() - began
        if not math.isfinite(nats):
            break
        if (number + 1) % math.ceil(total / MEASURED) == 0 or number + 1 == total:
            found.append((number + 1, cost(model, texts.material.heldout, LENGTH, ROWS).loss))
    return cell | {"losses": found, "seconds_a_token": seconds / ((number + 1) * cell["tokens"]), "steps": total}


def _step(model: Any, trainable: Sequence[Any], optimizer: Any, rows: Sequence[Packed], rate: float) -> float:
    import torch

    optimizer.zero_grad(set_to_none=True)
    batches = [batch(rows[i : i + ROWS]) for i in range(0, len(rows), ROWS)]
    supervised = sum(each.supervised for each in batches)
    nats = sum(float(batch_losses(model, each, scale=1 / supervised).sum()) for each in batches)
    for group in optimizer.param_groups:
        group["lr"] = rate
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    return nats / supervised


def cells(arguments: argparse.Namespace, text: str, train_tokens: int) -> Iterator[Cell]:
    model = arguments.weights.resolve().parent.name
    knobs = (arguments.seeds, arguments.rates, arguments.ranks, arguments.tokens, arguments.schedules)
    for seed, rate, rank, tokens, schedule in itertools.product(*knobs):
        filled = (rate or RATE, rank or usual_rank(train_tokens), tokens or budget.step_tokens(train_tokens))
        yield dict(zip(KEYS, (model, text, *filled, schedule, seed), strict=True))


def run(arguments: argparse.Namespace) -> None:
    budget.set_threads()
    done = {key_of(cell) for cell in kept(arguments.into)}
    with tempfile.TemporaryDirectory() as folder:
        for file in arguments.texts:
            texts = read(file, arguments.weights, Path(folder))
            for cell in cells(arguments, file.stem, texts.train_tokens):
                if key_of(cell) in done:
                    continue
                found = train(arguments.weights, texts, cell, arguments.passes, arguments.most)
                with arguments.into.open("a", encoding="utf-8") as into:
                    into.write(json.dumps(found) + "\n")
                print(", ".join(str(cell[key]) for key in KEYS), [round(loss, 3) for _, loss in found["losses"]])


def kept(file: Path) -> list[Cell]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def key_of(cell: Cell) -> tuple[Any, ...]:
    return tuple(cell[key] for key in KEYS)


def broke(cell: Cell) -> bool:
    """Not a number, or at the end a fifth above where it began: the product's run would have ended before, for
    memorising, or as broken where the texts that it learns from get worse as well (`Training.diverged`)."""
    losses = [loss for _, loss in cell["losses"]]
    return cell["losses"][-1][0] < cell["steps"] or not math.isfinite(losses[-1]) or losses[-1] > 1.2 * losses[0]


def show(file: Path) -> None:
    """For each model and text: the settings by their best loss (median over seeds), and how soon they were within 1 %
    of the best that any reached."""
    groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in kept(file):
        groups[cell["model"], cell["text"]].append(cell)
    paces: dict[str, list[float]] = defaultdict(list)
    for cell in kept(file):
        paces[cell["model"]].append(cell["seconds_a_token"])
    print(
        f"{processor_name()}; seconds at " + ", ".join(f"{m} {1 / statistics.median(p):.0f}" for m, p in paces.items())
    )
    print("| model, text | rate, rank, tokens, schedule | best loss | s to within 1 % of the best | ran away |")
    print("|---|---|---|---|---|")
    for (model, text), found in groups.items():
        aim = WITHIN * min(min(loss for _, loss in cell["losses"]) for cell in found)
        pace = statistics.median(paces[model])
        settings: dict[tuple[Any, ...], list[Cell]] = defaultdict(list)
        for cell in found:
            settings[tuple(cell[key] for key in KEYS[2:6])].append(cell)
        for chosen, runs in sorted(settings.items(), key=lambda item: _best(item[1])):
            soon = [_soon(cell, aim, pace) for cell in runs]
            reached = [s for s in soon if s is not None]
            when = f"{statistics.median(reached):.0f}" if len(reached) * 2 > len(soon) else "-"
            told = f"{_best(runs):.3f} | {when} ({len(reached)} of {len(soon)}) | {sum(map(broke, runs))}"
            print(f"| {model}, {text} | {', '.join(map(str, chosen))} | {told} |")


def _best(runs: Sequence[Cell]) -> float:
    return statistics.median(min(loss for _, loss in cell["losses"]) for cell in runs)


def _soon(cell: Cell, aim: float, pace: float) -> float | None:
    return next((step * cell["tokens"] * pace for step, loss in cell["losses"] if loss <= aim), None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    making = commands.add_parser("run")
    making.add_argument("weights", type=Path)
    making.add_argument("texts", type=Path, nargs="+")
    making.add_argument("--into", type=Path, required=True)
    making.add_argument("--rates", type=float, nargs="+", default=[0.0])
    making.add_argument("--ranks", type=int, nargs="+", default=[0])
    making.add_argument("--tokens", type=int, nargs="+", default=[0])
    making.add_argument("--schedules", nargs="+", default=["cosine"], choices=("cosine", "linear", "constant"))
    making.add_argument("--seeds", type=int, nargs="+", default=[0])
    making.add_argument("--passes", type=int, default=0)
    making.add_argument("--most", type=int, default=60)
    commands.add_parser("show").add_argument("file", type=Path)
    arguments = parser.parse_args()
    if arguments.what == "run":
        run(arguments)
    else:
        show(arguments.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
