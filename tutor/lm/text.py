"""Text to token ids and back, as the engines want it: what stops the writing, pairs with a seam; without torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tokenizers.decoders import DecodeStream

from skills.contract import ChatMessage
from skills.errors import UserError
from skills.model.tokenizer import ModelTokenizer, read_config
from tutor.lm.installed import ENDS


class NotChat(UserError):
    """The model has no chat template: it can be looked into and trained, not talked to: `model`."""

    code = "model_not_chat"


class Texts(ModelTokenizer):
    """The tokenizer in `folder` and all that goes with it. `ends`: ids that end a turn."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder
        declared = read_config(folder / "generation_config.json").get("eos_token_id")
        ids = declared if isinstance(declared, list) else [] if declared is None else [declared]
        known = [self._tokenizer.token_to_id(end) for end in ENDS]
        self.ends = frozenset([*ids, *(id for id in known if id is not None)])

    def prompt(self, text: str) -> list[int]:
        """The ids of a bare text, as the model expects a document to begin; never empty."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids or [self._opening()]

    def chat(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The ids of a conversation up to where the assistant begins to speak. Raises NotChat."""
        if not self.chats:
            raise NotChat(model=self._folder.parent.name)
        return self.conversation([message.model_dump() for message in messages], answering=True).ids

    def pair(self, prompt: str, continuation: str) -> tuple[list[int], int]:
        """The ids of prompt and continuation in one piece, and how many of the first belong to the prompt alone.

        Where a token covers the seam, it counts for the continuation.
        """
        before, whole = self.prompt(prompt), self._tokenizer.encode(prompt + continuation).ids
        if not prompt:
            before = [self._opening()]
            whole = whole if whole[:1] == before else before + whole
        shared = next((i for i, (a, b) in enumerate(zip(before, whole, strict=False)) if a != b), len(before))
        return whole, max(1, min(shared, len(whole) - 1))

    def batch(self, texts: Sequence[str]) -> list[list[int]]:
        return [e.ids for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def write(self, ids: Iterable[int], after: Sequence[int]) -> Iterator[str]:
        """Ids as text, as soon as whole characters are there, up to a stop token; `after` is what came before."""
        stream = DecodeStream(ids=list(after), skip_special_tokens=True)
        for id in ids:
            if id in self.ends:
                return
            text = stream.step(self._tokenizer, id)
            if text:
                yield text

    def _opening(self) -> int:
        """What a document begins with: the token for it where there is one, else the token between documents."""
        found = (self._bos, self.separator, self._eos)
        return next((id for id in found if id is not None), min(self.ends, default=0))
