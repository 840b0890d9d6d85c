"""The models in the home folder: what is there, what each is, which one plays which role.

<home>/models/<name>/model.gguf      the weights as they came, else in 8 bits: for talking, and for looking into
<home>/models/<name>/tokenizer/      of a model that has nothing else: what its GGUF says of tokenizer and template
<home>/models/<name>/transformers/   of a workbench: safetensors (bf16), tokenizer, template: for training
<home>/models/<name>/encoder/        of an encoder: its files as they came
<home>/models/<name>/model.json      what it is and where it came from; written last: without it, unfinished
<home>/models/chosen.json            {"tutor": name, "workbench": name, "encoder": name}

A home of an earlier version has no `model.gguf` and no encoder: its models are workbenches, which may talk as well, and
get theirs when it is first wanted.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from skills.blocks import Frozen
from skills.contract import Profile
from skills.errors import ModelMissing, UserError
from skills.workspace import folder_bytes, read_json, sha256, write_atomic
from tutor.lm.catalogue import ROLES, Role, load_catalogue

MANIFEST = "model.json"
GGUF, TOKENIZER, ENCODER = "model.gguf", "tokenizer", "encoder"


class RoleUnfit(UserError):
    """A model that cannot do what it is asked to: `model`; `kind`, the role."""

    code = "role_unfit"


class Manifest(Frozen):
    """`source` says where the weights came from, `files` the SHA-256 of each file that was fetched."""

    profile: Profile
    label: str
    roles: tuple[Role, ...] = ("tutor", "workbench")
    """The first is what it is for, of a model of the catalogue."""
    source: str = ""
    files: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Installed:
    """A model that is ready. `bytes`: size on disk; `plays`: the roles it was chosen for."""

    manifest: Manifest
    folder: Path
    plays: tuple[Role, ...]

    @property
    def name(self) -> str:
        return self.manifest.profile.name

    @property
    def profile(self) -> Profile:
        return self.manifest.profile

    @property
    def bytes(self) -> int:
        return folder_bytes(self.folder)

    @property
    def chosen(self) -> bool:
        return bool(self.plays)

    @property
    def gguf(self) -> Path | None:
        """The weights in one file, for talking; None of a workbench that has none yet."""
        return path if (path := self.folder / GGUF).is_file() else None

    @property
    def tokenizer(self) -> Path | None:
        """The folder with `tokenizer.json` and the chat template; None of an encoder."""
        places = (self.folder / name for name in (TRANSFORMERS, TOKENIZER))
        return next((place for place in places if place.is_dir()), None)

    @property
    def encoder(self) -> Path:
        """The folder with the files of an encoder."""
        return self.folder / ENCODER

    @property
    def weights(self) -> Path:
        """The folder of safetensors, for training. Only a workbench has it."""
        return self.folder / TRANSFORMERS


def models_folder(home: Path) -> Path:
    return home / "models"


def installed(home: Path) -> list[Installed]:
    """The models that are ready, in the catalogue's order of preference, then those the owner added."""
    ready = _ready(home)
    roles = {role: _playing(home, role, ready) for role in ROLES}
    return [
        Installed(manifest, models_folder(home) / manifest.profile.name, tuple(r for r in ROLES if roles[r] == name))
        for name, manifest in ready.items()
    ]


def find(home: Path, name: str | None, role: Role = "tutor") -> Installed:
    """The model called `name`; the one that plays `role` if None. Raises ModelMissing."""
    for model in installed(home):
        if model.name == name or (name is None and role in model.plays):
            return model
    raise ModelMissing(model=name or role)


def held(home: Path) -> frozenset[Role]:
    """The roles that some model of this home has as its own. A workbench that talks too is no tutor."""
    roles = [model.manifest.roles for model in installed(home)]
    own = (role for role in ROLES for have in roles if (have == (role,) if role == "tutor" else role in have))
    return frozenset(own)


def tokenizers(home: Path, workbench: str | None = None) -> dict[str, Path]:
    """The folder with the tokenizer of each model that is ready, by name; first the one that is looked into."""
    ready = installed(home)
    first = [model for model in ready if model.name == workbench or (workbench is None and "workbench" in model.plays)]
    return {model.name: folder for model in (*first, *ready) if (folder := model.tokenizer)}


def use(home: Path, role: Role, name: str) -> None:
    """Let the model `name` play `role` from now on. Raises ModelMissing, RoleUnfit."""
    if role not in find(home, name).manifest.roles:
        raise RoleUnfit(model=name, kind=role)
    write_atomic(_chosen_file(home), _json(_chosen(home) | {role: name}))


def remove(home: Path, name: str) -> int:
    """Delete a model, also one that was left unfinished, and return the bytes that were freed. Raises ModelMissing."""
    folder = models_folder(home) / name
    if not name or Path(name).name != name or name.startswith(".") or not folder.is_dir():
        raise ModelMissing(model=name)
    freed = folder_bytes(folder)
    (folder / MANIFEST).unlink(missing_ok=True)  # first: what is left of an interrupted removal is not a model
    shutil.rmtree(folder)
    write_atomic(_chosen_file(home), _json({r: n for r, n in _chosen(home).items() if n != name}))
    return freed


def write_manifest(home: Path, manifest: Manifest) -> Installed:
    """The last step of an installation: from here on the model is there."""
    folder = models_folder(home) / manifest.profile.name
    write_atomic(folder / MANIFEST, manifest.model_dump_json(indent=1))
    return find(home, manifest.profile.name)


def weights_digest(folder: Path) -> str:
    """SHA-256 of the safetensors of a folder; of the list of their digests if there are several."""
    digests = [sha256(path) for path in sorted(folder.glob(WEIGHTS))]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _ready(home: Path) -> dict[str, Manifest]:
    found = {}
    for path in sorted(models_folder(home).glob(f"*/{MANIFEST}")):
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if manifest.profile.name == path.parent.name:
            found[manifest.profile.name] = manifest
    order = [entry.name for entry in load_catalogue()]
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)))


def _playing(home: Path, role: Role, ready: dict[str, Manifest]) -> str | None:
    """Who plays a role: whom the owner chose, else the first of those that can do least else: a tutor talks better than
    a workbench, which can talk too."""
    named = _chosen(home).get(role)
    if named in ready:
        return named
    able = [name for name, manifest in ready.items() if role in manifest.roles]
    return min(able, key=lambda name: len(ready[name].roles), default=None)


def _chosen(home: Path) -> dict[str, str]:
    try:
        found = read_json(_chosen_file(home))
    except (OSError, ValueError):
        return {}
    return {role: found[role] for role in ROLES if isinstance(found.get(role), str)}


def _chosen_file(home: Path) -> Path:
    return models_folder(home) / "chosen.json"


def _json(value: dict[str, str]) -> str:
    return json.dumps(value, indent=1)


TRANSFORMERS = "transformers"
WEIGHTS = "*.safetensors"
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "generation_config.json",
    "special_tokens_map.json",
)
ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<end_of_turn>", "</s>")
"""How the chat models of the accepted architectures close a turn; a GGUF file names only one of them."""
