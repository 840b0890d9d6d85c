"""Talks to a model server on the local network that speaks OpenAI's protocol; only where the owner gave its address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import httpx

from skills.contract import ChatMessage, Options, Profile
from skills.errors import UserError

WAIT = httpx.Timeout(120.0, connect=5.0)


class EndpointUnreachable(UserError):
    """The server of the local network does not answer: `address`."""

    code = "endpoint_unreachable"


def endpoint_profile(name: str) -> Profile:
    """What is taken for granted of a served model: that it writes both languages, in a context of 8,192 tokens."""
    return Profile(
        name=name, writes=("es", "en"), context=8192, parameters=0, disk_bytes=0, memory_bytes=0, licence="", digest=""
    )


class OpenAI:
    """`Chat` over `address` (such as `http://10.0.0.5:8000/v1`); the server counts its own context."""

    constrains = True

    def __init__(self, address: str, profile: Profile, client: httpx.Client | None = None) -> None:
        self.profile = profile
        self._address = address.rstrip("/")
        self._client = client or httpx.Client(timeout=WAIT, trust_env=False)

    def stream(self, messages: Sequence[ChatMessage], options: Options) -> Iterator[str]:
        """Raises EndpointUnreachable when the server is away or refuses."""
        asked = {
            "model": self.profile.name,
            "messages": [message.model_dump() for message in messages],
            "max_tokens": options.max_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "seed": options.seed,
            "stream": True,
        }
        if options.json_schema is not None:
            schema = {"name": "answer", "schema": options.json_schema, "strict": True}
            asked["response_format"] = {"type": "json_schema", "json_schema": schema}
        try:
            with self._client.stream("POST", f"{self._address}/chat/completions", json=asked) as answer:
                answer.raise_for_status()
                for line in answer.iter_lines():
                    data = line.removeprefix("data:").strip()
                    if not line.startswith("data:") or data == "[DONE]":
                        continue
                    choices = json.loads(data)["choices"]
                    if choices and (text := choices[0]["delta"].get("content")):
                        yield text
        except httpx.HTTPError as error:
            raise EndpointUnreachable(address=self._address) from error

    def count_tokens(self, text: str) -> int:
        """An estimate, on the high side: the protocol has no way to ask."""
        return len(text) // 2 + 1
