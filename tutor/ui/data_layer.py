"""Chainlit's side of the transcript: what it writes and reads itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainlit.data.base import BaseDataLayer
from chainlit.types import Feedback, PageInfo, PaginatedResponse, Pagination, ThreadFilter
from chainlit.user import PersistedUser, User

from skills.texts.sentences import count_words
from tutor.ui.transcript import LEARNER, Transcript
from tutor.ui.window import Window
from tutor.words import Words

LONG, BEGINNING = 4000, 800
"""Characters of a message that is kept as it is; of a longer one, those that are."""


def brief(step: dict[str, Any], words: Words) -> dict[str, Any]:
    """A message of the learner's as it is shown."""
    text = str(step["output"])
    if len(text) <= LONG:
        return step
    begin = text[:BEGINNING].rsplit(maxsplit=1)[0]
    return step | {"output": f"{begin}…\n\n{words('ui.more_words', n=count_words(text[len(begin) :]))}"}


class TranscriptLayer(BaseDataLayer):  # type: ignore[misc]
    """What we draw is written by screen.py; here come only what Chainlit writes itself (the learner's typed messages)
    and what its history reads, renames and deletes. A thread that is opened is read through `window`. Of a long text
    that was pasted, its beginning is kept here: the page would be as slow as the text is long, each time."""

    def __init__(self, transcript: Transcript, window: Window, words: Callable[[], Words]) -> None:
        self._transcript = transcript
        self._window = window
        self._words = words

    async def get_user(self, identifier: str) -> PersistedUser | None:
        return PersistedUser(id=LEARNER, identifier=identifier, createdAt="2026-01-01T00:00:00Z")

    async def create_user(self, user: User) -> PersistedUser | None:
        return await self.get_user(user.identifier)

    async def create_step(self, step_dict: Any) -> None:
        if step_dict["type"] == "user_message":
            self._transcript.put_step(brief(dict(step_dict), self._words()))

    async def update_step(self, step_dict: Any) -> None:
        await self.create_step(step_dict)

    async def delete_step(self, step_id: str) -> None:
        self._transcript.drop_step(step_id)

    async def create_element(self, element: Any) -> None:
        """An uploaded file's own chip is not kept: screen.py draws one that survives a reload."""

    async def get_element(self, thread_id: str, element_id: str) -> Any:
        return self._transcript.element(element_id)

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        self._transcript.drop_element(element_id)

    async def get_thread_author(self, thread_id: str) -> str:
        return LEARNER if self._transcript.exists(thread_id) else ""

    async def get_thread(self, thread_id: str) -> Any:
        return self._window.thread(thread_id)

    async def delete_thread(self, thread_id: str) -> None:
        self._transcript.delete(thread_id)

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        if name:
            self._transcript.rename(thread_id, name)

    async def list_threads(self, pagination: Pagination, filters: ThreadFilter) -> PaginatedResponse[Any]:
        found, more = self._transcript.threads(filters.search or None, pagination.first, pagination.cursor)
        end = found[-1]["id"] if found else None
        return PaginatedResponse(pageInfo=PageInfo(hasNextPage=more, startCursor=None, endCursor=end), data=found)

    async def upsert_feedback(self, feedback: Feedback) -> str:
        return ""

    async def delete_feedback(self, feedback_id: str) -> bool:
        return False

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        self._transcript.close()
