"""Who can be asked to write: a base model, or the model that a run left, made ready the first time it is wanted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from skills.contract import ChatMessage, Options, Profile, Voice
from skills.training.adapter import NAME, read_card
from skills.workspace import Workspace, folder_bytes
from tutor.failures import died, last_words, raised
from tutor.limits import memory_kills, python
from tutor.lm.engine import Engine
from tutor.lm.engines import on_llama, open_dense, open_engine, open_llama
from tutor.lm.installed import Installed, find
from tutor.lm.tuned import ADAPTER, Stage, ready
from tutor.settings import Settings, child_env


class Writer:
    """Implements `Voice` over an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.profile: Profile = engine.profile.model_copy(update={"context": engine.room})

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        return self._engine.stream(messages, options)

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        """A text begins on a line of its own: after `<|endoftext|>` the 0.5B Coder build goes round in circles, and
        after a line break each model expects what follows at least as much as after nothing (benchmarks/README.md)."""
        return self._engine.proceed(self._engine.texts.ids(f"\n{prompt}"), options)

    @property
    def ended(self) -> bool:
        return self._engine.ended

    def count_tokens(self, text: str) -> int:
        return self._engine.count_tokens(text)


class Voices:
    """The voices of one process. On llama.cpp the base and its runs share one set of weights; on transformers the model
    of a run has its own, and the last one asked for stays in memory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: tuple[Path, Engine] | None = None

    def base(self, run_dir: Path | None = None) -> Voice:
        """The model that a run was made from; the workbench's without a run. Raises ModelMissing, RunUnusable."""
        return Writer(open_engine(self._model(run_dir), self._settings.home, self._settings.threads))

    def tuned(self, run_dir: Path, stage: Stage = lambda name: None) -> Voice:
        """The model of a run; `stage` is told what takes time (`gguf`, `adapter`, `check`) the first time it is wanted.

        Raises RunUnusable, ModelMissing, WrongBase, DiskFull, OutOfMemory, Defect.
        """
        model = self._model(run_dir)
        if not on_llama(model, self._settings.home):
            return Writer(self._dense(model, run_dir))
        card = ready(run_dir)
        if card is None or card.base != model.profile.digest or model.gguf is None:
            self._prepare(model, run_dir, stage)
        return Writer(open_llama(model, self._settings.threads, run_dir / ADAPTER))

    def _dense(self, model: Installed, run_dir: Path) -> Engine:
        if self._held is None or self._held[0] != run_dir:
            self._held = None  # its memory goes before the next one takes its own
            self._held = run_dir, open_dense(model, run_dir / NAME)
        return self._held[1]

    def _model(self, run_dir: Path | None) -> Installed:
        if run_dir is None:
            return find(self._settings.home, self._settings.workbench_model, "workbench")
        return find(self._settings.home, read_card(run_dir / NAME).name)

    def _prepare(self, model: Installed, run_dir: Path, stage: Stage) -> None:
        """In a process of its own: what it takes of memory is given back."""
        need = folder_bytes(run_dir / NAME) if model.gguf else folder_bytes(model.weights)
        Workspace(self._settings.home).check_disk(int(1.1 * need))
        home, kills = self._settings.home, memory_kills()
        log = home / "logs" / "tuned.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = python("tutor.lm.tuned", str(model.folder), str(run_dir), model.profile.digest)
        with log.open("wb") as errors:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=child_env(self._settings)
            )
        assert process.stdout
        try:
            for line in process.stdout:
                name, _, told = line.strip().partition(" ")
                if name == "error":
                    raise raised(**json.loads(told))
                stage(name)
            if process.wait():
                ending = died(home, "a conversion", process.returncode, last_words(log), memory_kills() > kills)
                raise raised(ending.code, ending.values)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
