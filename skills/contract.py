"""The contract between skills and whoever runs them: Skill, Context, events, offers, model protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from skills.blocks import Block, Frozen, Message, Offer, Scalar, Token

if TYPE_CHECKING:
    import numpy as np

    from skills.workspace import Workspace

Language = Literal["es", "en"]

# --- events of a running skill ----------------------------------------------------------------------------------------


class Started(Frozen):
    """`attempt` is 1 the first time and grows by one at each resume."""

    event: Literal["started"] = "started"
    attempt: int
    at: float = 0.0


class Advanced(Frozen):
    """Progress of the run: `done` of `total` units, `eta` seconds left (None: not known yet)."""

    event: Literal["progress"] = "progress"
    done: float
    total: float
    eta: float | None = None
    doing: Message | None = None


class Metric(Frozen):
    event: Literal["metric"] = "metric"
    step: float
    name: str
    value: float


class Sample(Frozen):
    """What the model writes for the frozen `prompt` when it has made `share` (0 to 1) of the steps of its run.

    `kept`: by the version that is kept, which may be an earlier one than the last (before there was this field, what
    it wrote had the share 1)."""

    event: Literal["sample"] = "sample"
    share: float
    prompt: str
    text: str
    kept: bool = False

    @model_validator(mode="before")
    @classmethod
    def _as_it_was(cls, given: Any) -> Any:
        if isinstance(given, dict) and "kept" not in given and given.get("share") == 1:
            return given | {"kept": True}
        return given


class Noticed(Frozen):
    event: Literal["notice"] = "notice"
    message: Message
    level: Literal["info", "warning"] = "info"


class Shown(Frozen):
    event: Literal["block"] = "block"
    block: Block


class Wrote(Frozen):
    """A piece of text as it is being written (streaming)."""

    event: Literal["said"] = "said"
    text: str


class Done(Frozen):
    event: Literal["done"] = "done"
    result: dict[str, Any]
    blocks: tuple[Block, ...] = ()
    offers: tuple[Offer, ...] = ()


class Paused(Frozen):
    event: Literal["paused"] = "paused"


class Stopped(Frozen):
    """Stopped by the learner; `kept` says whether there is something to use, `result` and `blocks` are it."""

    event: Literal["stopped"] = "stopped"
    kept: bool
    result: dict[str, Any] | None = None
    blocks: tuple[Block, ...] = ()


class Failed(Frozen):
    """`code`, `values` and `offers` of a `UserError`; a defect has the code `defect` and a `reference` to quote."""

    event: Literal["failed"] = "failed"
    code: str
    values: dict[str, Scalar] = {}
    offers: tuple[Offer, ...] = ()


Event = Annotated[
    Started | Advanced | Metric | Sample | Noticed | Shown | Wrote | Done | Paused | Stopped | Failed,
    Field(discriminator="event"),
]
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
ENDINGS = (Done, Paused, Stopped, Failed)

# --- language models --------------------------------------------------------------------------------------------------


class Profile(Frozen):
    """What a model is good for. `writes`: languages it can really write. Sizes in bytes, `context` in tokens."""

    name: str
    writes: tuple[str, ...]
    context: int
    parameters: int
    disk_bytes: int
    memory_bytes: int
    licence: str
    digest: str
    """SHA-256 that identifies the weights: adapters and figures name it."""


class ChatMessage(Frozen):
    role: Literal["system", "user", "assistant"]
    content: str


class Options(Frozen):
    """How to write. `temperature` 0 is greedy. `seed` makes sampling repeatable. `repetition_penalty` falls on what was
    written, not on the prompt. `json_schema`: one that the text must fit, in which case nothing is penalised; only
    for a model that `constrains`. A text that is cut by `max_tokens` does not fit it: see to it that it has room.
    """

    max_tokens: int = 256
    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int | None = None
    repetition_penalty: float = 1.0
    json_schema: dict[str, Any] | None = None


class Score(Frozen):
    """`logprob`: natural log of the probability of the continuation; `tokens`: how many it has."""

    logprob: float
    tokens: int


class NextToken(Frozen):
    id: int
    text: str
    probability: float


class Chat(Protocol):
    """A model that talks. Closing the iterator stops the writing. Raises `ContextFull`, never cuts.

    `constrains`: whether it honours `Options.json_schema`; where not, one is a ValueError: look first. A piece may be
    empty: while a long prompt is read, so that whoever asked can stop there.
    """

    profile: Profile
    constrains: bool

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]: ...

    def count_tokens(self, text: str) -> int: ...


class Probe(Protocol):
    """A model that is looked into. Raises `ContextFull`, never cuts."""

    profile: Profile

    @property
    def ended(self) -> bool:
        """Whether the text that was generated last came to an end of its own."""

    def tokenize(self, text: str) -> list[Token]: ...

    def next_token(self, text: str, k: int) -> list[NextToken]:
        """The `k` most probable next tokens, most probable first."""

    def score(self, prompt: str, continuations: Sequence[str]) -> list[Score]: ...

    def generate(self, prompt: str, options: Options) -> Iterator[str]:
        """Continue the bare text `prompt` (no chat template)."""


TextKind = Literal["query", "passage"]
"""What a text is to an encoder: a question, or one of two texts that are compared; or a passage that may answer."""


class Encoder(Protocol):
    """A model of what texts mean, whatever their language: two vectors' product says how near two texts are.

    Only an order can be read from it, not a degree: unrelated texts may have a product of 0.8.
    """

    profile: Profile

    def embed(self, texts: Sequence[str], kind: TextKind) -> np.ndarray:
        """A vector for each text, (len(texts), width), float32, of length 1. Texts of any length, none is cut short."""


class Reader(Protocol):
    """An encoder that tells which passages of a text answer a question. `digest`: of what it was made from."""

    digest: str

    def embed(self, texts: Sequence[str], kind: TextKind) -> np.ndarray:
        """As an `Encoder`, to find what may answer."""

    def answers(self, question: str, passages: Sequence[str]) -> np.ndarray:
        """(len(passages),): the log-odds that a passage answers the question and not that none does."""


class Voice(Protocol):
    """A model that is asked to write: to answer (`stream`) or to go on with a text (`generate`).

    Raises `ContextFull`, never cuts. Closing an iterator stops the writing.
    """

    profile: Profile

    @property
    def ended(self) -> bool:
        """Whether the last text came to an end of its own, and not just to the number of tokens it might have."""

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]: ...

    def generate(self, prompt: str, options: Options) -> Iterator[str]: ...

    def count_tokens(self, text: str) -> int: ...


class Voices(Protocol):
    """Who can be asked to write. A run is given by its folder."""

    def base(self, run_dir: Path | None = None) -> Voice:
        """The model that a run was made from; the workbench's without a run. Raises ModelMissing."""

    def tuned(self, run_dir: Path, stage: Callable[[str], None] = lambda name: None) -> Voice:
        """The model of a run. The first time it is made ready, half a minute: `stage` is told what is being done,
        `gguf`, `adapter` or `check`. Raises RunUnusable, ModelMissing, WrongBase, DiskFull, OutOfMemory."""


# --- skills -----------------------------------------------------------------------------------------------------------


class Inputs(BaseModel):
    """Base of every skill's inputs: unknown arguments are an error, and the schema is the form and the tool spec."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Result(BaseModel):
    """What a skill found, as data; `blocks()` is what to show of it, `offers()` what can be done about it."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", protected_namespaces=())

    def blocks(self) -> tuple[Block, ...]:
        raise NotImplementedError

    def offers(self) -> tuple[Offer, ...]:
        return ()


Request = Literal["stop", "pause"]


@dataclass(frozen=True)
class Context:
    """All that a skill may touch besides its inputs.

    `chat`, `probe`, `voices`, `encoder` and `reader` are there if the skill's `needs` name them. `weights` is the
    folder of the workbench model (safetensors, tokenizer, config), for skills that train. `tokenizers` has the folder
    (tokenizer, config) of every installed model by its name, the workbench's first, for skills whose `needs` name them.
    `requested()` tells what the learner has asked of a running job since it began, None if nothing: check it often, it
    is the point where a job stops.
    """

    workspace: Workspace
    language: Language
    emit: Callable[[Event], None] = lambda event: None
    requested: Callable[[], Request | None] = lambda: None
    chat: Chat | None = None
    probe: Probe | None = None
    voices: Voices | None = None
    encoder: Encoder | None = None
    reader: Reader | None = None
    weights: Path | None = None
    tokenizers: Mapping[str, Path] = field(default_factory=dict)
    run_dir: Path | None = None


class Ended(Exception):
    """How the `run` of a job says that it ended before its time, because the learner asked: raised, not returned.

    `paused`: it can be resumed from its run folder. `stopped`: `kept` says whether there is something to use, and
    then `result` is it. Running the skill again in a run folder that has its checkpoints resumes it.
    """

    def __init__(self, kind: Literal["paused", "stopped"], result: Result | None = None, kept: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.result = result
        self.kept = kept


Where = Literal["worker", "job", "sandbox"]


@dataclass(frozen=True)
class Skill:
    """A function of the program on the learner's own files.

    `where` it runs: `worker` (quick, in the resident process that holds the models), `job` (long, a process and a
    run folder of its own), `sandbox` (reads a file nobody vouches for: own process, limited memory and time).
    `run` has the signature `run(inputs, ctx) -> Result`, and is called with an instance of `Inputs`. `plan`: the skill
    that shows what this one would do, and is run in its place for who asks for it without saying how.
    """

    name: str
    Inputs: type[Inputs]
    run: Callable[[Any, Context], Result]
    where: Where = "worker"
    needs: frozenset[Literal["chat", "probe", "voices", "encoder", "reader", "weights", "tokenizers"]] = field(
        default_factory=frozenset
    )
    plan: str | None = None
