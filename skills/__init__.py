"""The skills, in teaching order: `skill(name)`, and each as a function: `from skills import summarize`.

A test holds the list against the files beside it, and the functions' types against what the skills take and give.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skills.answer_from_text import AnswerInputs, AnswerResult
    from skills.clean_dataset import CleanInputs, CleanResult
    from skills.compare_models import CompareInputs, CompareResult
    from skills.compare_runs import RunsInputs
    from skills.contract import Skill
    from skills.dataset.edit_result import EditResult
    from skills.dataset.inspection import InspectResult
    from skills.dataset.split_result import SplitResult
    from skills.decide import DecideInputs, DecideResult
    from skills.edit_entries import EditInputs
    from skills.evaluate_model import EvaluateInputs
    from skills.evaluation.report import EvaluationResult
    from skills.export.result import ExportResult
    from skills.export_project import ExportInputs
    from skills.functions import Function, typed
    from skills.generate_text import GenerateInputs, GenerateResult
    from skills.inspect_dataset import InspectInputs
    from skills.load_dataset import LoadInputs
    from skills.model.tokenize_result import TokenizeResult
    from skills.model.train_tokenizer_result import TrainTokenizerResult
    from skills.pii.scan_result import ScanResult
    from skills.predict_next import PredictInputs, PredictResult
    from skills.preview_examples import PreviewInputs, PreviewResult
    from skills.quiz import QuizInputs, QuizResult
    from skills.reading.load_result import LoadResult
    from skills.scan_private_data import ScanInputs
    from skills.split_dataset import SplitInputs
    from skills.summarize import SummarizeInputs, SummarizeResult
    from skills.tokenize_text import TokenizeInputs
    from skills.train_tokenizer import TrainTokenizerInputs
    from skills.training.forecast import PlanInputs, TrainingPlan
    from skills.training.hyperparameters import FineTuneInputs
    from skills.training.result import FineTuneResult
    from skills.training.runs_result import RunsResult

    load_dataset = typed(LoadInputs, LoadResult)
    inspect_dataset = typed(InspectInputs, InspectResult)
    clean_dataset = typed(CleanInputs, CleanResult)
    edit_entries = typed(EditInputs, EditResult)
    scan_private_data = typed(ScanInputs, ScanResult)
    split_dataset = typed(SplitInputs, SplitResult)
    tokenize_text = typed(TokenizeInputs, TokenizeResult)
    train_tokenizer = typed(TrainTokenizerInputs, TrainTokenizerResult)
    predict_next = typed(PredictInputs, PredictResult)
    generate_text = typed(GenerateInputs, GenerateResult)
    summarize = typed(SummarizeInputs, SummarizeResult)
    answer_from_text = typed(AnswerInputs, AnswerResult)
    preview_examples = typed(PreviewInputs, PreviewResult)
    plan_training = typed(PlanInputs, TrainingPlan)
    rehearse_training = typed(PlanInputs, TrainingPlan)
    fine_tune = typed(FineTuneInputs, FineTuneResult)
    evaluate_model = typed(EvaluateInputs, EvaluationResult)
    compare_models = typed(CompareInputs, CompareResult)
    compare_runs = typed(RunsInputs, RunsResult)
    export_project = typed(ExportInputs, ExportResult)
    quiz = typed(QuizInputs, QuizResult)
    decide = typed(DecideInputs, DecideResult)

NAMES = (
    "load_dataset",
    "inspect_dataset",
    "clean_dataset",
    "edit_entries",
    "scan_private_data",
    "split_dataset",
    "tokenize_text",
    "train_tokenizer",
    "predict_next",
    "generate_text",
    "summarize",
    "answer_from_text",
    "preview_examples",
    "plan_training",
    "rehearse_training",
    "fine_tune",
    "evaluate_model",
    "compare_models",
    "compare_runs",
    "export_project",
    "quiz",
    "decide",
)


def skill(name: str) -> Skill:
    """The skill called `name` (KeyError if there is none); importing it is cheap, its `run` loads what it needs."""
    if name not in NAMES:
        raise KeyError(name)
    found: Skill = import_module(f"skills.{name}").SKILL
    return found


def __getattr__(name: str) -> Function[Any, Any]:
    """A skill as a function (skills/functions.py); nothing is loaded before it is asked for."""
    if name not in NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from skills.functions import Function

    return Function(skill(name))


def __dir__() -> list[str]:
    return sorted({*globals(), *NAMES})


class _Package(ModuleType):
    """Python binds a module, when it is imported, as an attribute of its package. A skill's name is its function's,
    whatever was imported before: its module is found as `from skills.summarize import ...`."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
