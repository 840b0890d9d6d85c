"""Where a model comes from, in words: its page on the hub, the packages it was cut into, or this computer."""

from __future__ import annotations

from skills.blocks import Message, msg
from tutor.lm.catalogue import Entry, Hub, Package, Source
from tutor.lm.installed import Manifest
from tutor.words import Words


def origins(entry: Entry, words: Words) -> str:
    """The places a model of the catalogue can be had from, in the order in which they are asked."""
    first, *others = (words(_place(source)) for source in entry.sources)
    for other in others:
        first = words("models.from.else", first=first, second=other)
    return first


def came_from(manifest: Manifest) -> Message:
    """The place an installed model came from, as its manifest has it: `hub REPO REVISION`, `package` or `local`."""
    kind, _, rest = manifest.source.partition(" ")
    repo, _, revision = rest.partition(" ")
    if kind == "hub":
        return msg("models.from.hub", repo=repo, revision=revision[:7])
    return msg(f"models.from.{'installed_package' if kind == 'package' else 'local'}")


def _place(source: Source) -> Message:
    if isinstance(source, Hub):
        kind = "models.from.hub_packed" if source.packer else "models.from.hub"
        return msg(kind, repo=source.repo, revision=source.revision[:7], packer=source.packer)
    if isinstance(source, Package):
        return msg("models.from.package", n=len(source.parts))
    return msg("models.from.local")
