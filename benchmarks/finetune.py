"""Fine-tuning here against peft with the transformers Trainer as usually set up: tokens a second, memory, loss.

    python benchmarks/finetune.py WEIGHTS TEXTS.csv [--column samples] [--steps 6] [--rounds 3] [--precision bf16]

WEIGHTS is a folder in the transformers format. The two are trained on the same examples (a text and its end),
in the same precision, the same examples a step, the same number of steps; the Trainer pads each batch to its longest
and computes the whole matrix of logits. Each runs in a process of its own, one after the other, so that the peak of
memory is its own; `--rounds` does that several times in turns, and on a busy machine the median of their ratios is what
counts. Held-out loss: nats a token of text, measured for both by the same function. Share of the peak: the operations
of the products with frozen weights (two a weight and token there, two on the way back), over the time of the steps,
against the fastest of several large products measured in the same process just before. With `--side ours` only that
side is run.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

from skills import memory
from skills.model.base import open_base, open_tokenizer, plain_adapter, with_adapter
from skills.training import budget
from skills.training.examples import READ, Example, examples
from skills.training.loop import GIVE_BACK_EVERY
from skills.training.loss import batch_losses, cost
from skills.training.packing import IGNORED, Packed, batch, steps
from skills.training.units import Unit, split

RATE, RANK, LENGTH, SEED = 3e-4, 16, 256, 0
SIDES = ("ours", "trainer")


def material(arguments: argparse.Namespace) -> tuple[Any, list[list[Packed]], list[Example]]:
    """The tokenizer, the rows of each step, and the held-out examples."""
    csv.field_size_limit(10**9)
    with arguments.texts.open(encoding="utf-8-sig", newline="") as file:
        parts = split([Unit(row[arguments.column].strip()) for row in csv.DictReader(file)])
    tokenizer = open_tokenizer(arguments.weights)
    train = examples(parts.train, tokenizer, LENGTH)
    upcoming = steps(train, LENGTH, budget.STEP_TOKENS, SEED)
    heldout = examples(parts.heldout, tokenizer, LENGTH)
    return tokenizer, [next(upcoming) for _ in range(arguments.steps)], heldout


def ours(model: Any, rounds: Sequence[Sequence[Packed]], rows: int) -> None:
    import torch

    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, weight_decay=0.0)
    for number, step in enumerate(rounds):
        optimizer.zero_grad(set_to_none=True)
        batches = [batch(step[i : i + rows]) for i in range(0, len(step), rows)]
        supervised = sum(each.supervised for each in batches)
        for each in batches:
            batch_losses(model, each, scale=1 / supervised)
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(number, len(rounds), RATE)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        if number % GIVE_BACK_EVERY == 0:
            memory.give_back()


def trainer(model: Any, rounds: Sequence[Sequence[Packed]], pad: int, precision: str) -> None:
    """transformers.Trainer with the examples of each of our steps as its batch, in order, padded to the longest."""
    import torch
    from torch.optim.lr_scheduler import LambdaLR
    from transformers import Trainer, TrainingArguments

    batches = [[example for row in step for example in row] for step in rounds]

    class Batches(torch.utils.data.Dataset[dict[str, Any]]):
        def __len__(self) -> int:
            return len(batches)

        def __getitem__(self, index: int) -> dict[str, Any]:
            return padded(batches[index], pad)

    class InOrder(Trainer):  # type: ignore[misc]
        def _get_train_sampler(self, *_: Any, **__: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=0.0)
    schedule = LambdaLR(optimizer, lambda step: budget.learning_rate(step, len(rounds), 1.0))
    with tempfile.TemporaryDirectory() as folder:
        settings = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=1,
            num_train_epochs=1,
            max_grad_norm=1.0,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
            remove_unused_columns=False,
            bf16=precision == "bf16",
        )
        InOrder(
            model,
            settings,
            data_collator=lambda items: items[0],
            train_dataset=Batches(),
            optimizers=(optimizer, schedule),
        ).train()


def padded(made: Sequence[Example], pad: int) -> dict[str, Any]:
    import torch

    longest = max(map(len, made))
    ids = torch.full((len(made), longest), pad)
    labels, mask = torch.full_like(ids, IGNORED), torch.zeros_like(ids)
    for row, example in enumerate(made):
        n = len(example)
        ids[row, :n] = torch.tensor(example.ids)
        mask[row, :n] = 1
        labels[row, :n] = torch.where(torch.tensor(example.kinds) != READ, ids[row, :n], IGNORED)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def peak_operations(precision: str) -> float:
    """Operations a second of the fastest large matrix product here, in this precision, with the threads of training."""
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    fastest = 0.0
    for n, k, m in ((1024, 896, 4864), (1024, 4864, 896), (2048, 2048, 2048)):
        a, b = torch.randn(n, k, dtype=dtype), torch.randn(m, k, dtype=dtype)
        for _ in range(6):
            begin = time.perf_counter()
            torch.nn.functional.linear(a, b)
            fastest = max(fastest, 2 * n * k * m / (time.perf_counter() - begin))
    return fastest


def operations(model: Any, tokens: int, supervised: int) -> float:
    """Of the products of `tokens` with the frozen layers and of those that are supervised with the output matrix."""
    causal = model.get_base_model()
    layers = sum(module.base_layer.weight.numel() for module in causal.modules() if hasattr(module, "lora_A"))
    return 4.0 * (tokens * layers + supervised * causal.get_output_embeddings().weight.numel())


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    """One of the two, in this process: the first step is a warm-up for the clock, not for the model."""
    budget.set_threads()
    tokenizer, rounds, heldout = material(arguments)
    fastest = peak_operations(arguments.precision)
    adapter = with_adapter if arguments.side == "ours" else plain_adapter
    model = adapter(open_base(arguments.weights, arguments.precision), RANK, SEED)
    begin, worked = time.perf_counter(), time.process_time()
    if arguments.side == "ours":
        ours(model, rounds, arguments.rows)
    else:
        trainer(model, rounds, tokenizer.end, arguments.precision)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - worked
    peak = budget.peak_memory()
    from skills.model.fused_lora import fuse_lora

    made = [example for step in rounds for row in step for example in row]
    supervised = sum(len(example) - example.kinds.count(READ) for example in made)
    done = operations(model, sum(map(len, made)), supervised)
    if arguments.side == "trainer":
        fuse_lora(model)  # measured alike, after the clock was stopped
    loss = cost(model.eval(), heldout, LENGTH, 1).loss
    return {
        "tokens_per_second": supervised / seconds,
        "tokens_per_cpu_second": supervised / cpu,
        "peak_gb": peak / 1e9,
        "loss": loss,
        "share_of_peak": done / seconds / fastest,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--column", default="samples")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rows", type=int, default=4, help="rows at a time, ours")
    parser.add_argument("--precision", choices=("bf16", "fp32"), default="bf16")
    parser.add_argument("--rounds", type=int, default=1, help="how often both are run, in turns")
    parser.add_argument("--side", choices=SIDES)
    arguments = parser.parse_args()
    if arguments.side:
        print(json.dumps(measure(arguments)))
        return 0
    ratios: dict[str, list[float]] = {}
    for number in range(arguments.rounds):
        found: dict[str, dict[str, float]] = {}
        for side in SIDES if number % 2 == 0 else SIDES[::-1]:
            command = [sys.executable, __file__, *sys.argv[1:], "--side", side]
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found[side] = json.loads(answer.strip().splitlines()[-1])
            print(side, " ".join(f"{name} {value:.3f}" for name, value in found[side].items()), flush=True)
        for name, value in found["ours"].items():
            ratios.setdefault(name, []).append(value / found["trainer"][name])
    for name, values in ratios.items():
        print(f"ratio of {name}: {median(values):.3f} ({min(values):.3f} to {max(values):.3f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
