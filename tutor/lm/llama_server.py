"""llama.cpp inside this process: one set of weights, several slots, answers in chunks; nobody outside can reach it.

`xllamacpp.Server` runs llama.cpp's own server in threads of this process and is called directly. It also listens,
always; here it listens on a socket file in a private folder, which is deleted as soon as it is open (on Windows, where
that may not work: on loopback, behind a key that nobody knows). No TCP port is opened on Linux and macOS.
"""

from __future__ import annotations

import os
import queue
import secrets
import shutil
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Generator
from pathlib import Path
from typing import Any

from tutor.lm.gguf_header import GgufHeader, read_header

CONTEXT = 8192
STATE_BYTES = 512_000_000
"""What a text may have in tokens, its prompt included, and what the state of all slots may take. llama.cpp takes that
memory when it opens a model, not as it is used; so a model that could read 32,768 tokens is not given room for them.
In 8 bits a token is 6.5 KB for Qwen2.5-0.5B, 15 KB for the 1.5B, 61 KB for Qwen3-1.7B."""
BLOCK, BLOCK_BYTES = 32, 34
"""Numbers that share a scale in 8 bits (Q8_0 of ggml-common.h), and what they take."""
SLOTS = 2
"""Texts whose state is kept, and that can be written at a time: say the conversation, and a question aside."""
BATCH = 128
"""Tokens of a prompt that are read between two looks at whether anybody still wants the answer. 512 is as fast."""
ERRORS_ONLY = 1
SPINS = {"GOMP_SPINCOUNT": "1000"}
"""How long a thread of llama.cpp's waits for the others awake before it sleeps: some 20 microseconds. By default it is
three hundred times as long, which gains 3 % on a machine with nothing else to do, and loses all where another program
wants a core: 0.5B on 2 cores at load 10, 2 tokens a second and 14 (benchmarks/README.md)."""
Chunk = dict[str, Any]


class LlamaServer:
    """The weights in `gguf`, opened with `threads`; `context`: the tokens that there is room for in each slot.

    `adapters`: LoRA adapters as GGUF files; which of them is laid over the weights is said with each request. Raises
    ValueError for what is no GGUF file, RuntimeError if llama.cpp cannot open it: why is on the error output.
    """

    def __init__(self, gguf: Path, threads: int, adapters: tuple[Path, ...] = ()) -> None:
        header = read_header(gguf)
        self.adapters = adapters
        self.context = room(header)
        self._held = [_open(_parameters(gguf, header, self.context, threads, adapters))]
        # Its threads end before the interpreter does. They are at work from the first answer on: told to end before
        # that, they begin nevertheless, and whoever waits for their end waits for ever.
        deque(self.ask({"prompt": [0], "n_predict": 1}), maxlen=0)
        weakref.finalize(self, self._held.clear)

    def ask(self, asked: dict[str, Any]) -> Generator[Chunk]:
        """The answer to a request of llama.cpp's `/v1/completions`, chunk by chunk, a last one with `finish_reason`.

        While the prompt is read, a chunk without text comes after each batch. Closing the iterator ends the work and
        frees the slot before it returns.
        """
        chunks: queue.SimpleQueue[Chunk | BaseException | None] = queue.SimpleQueue()
        gone = threading.Event()

        def take(chunk: Chunk) -> bool:
            chunks.put(chunk)
            return gone.is_set()

        def work(server: Any) -> None:
            try:
                server.handle_completions(asked | {"stream": True, "return_progress": True}, take)
            except BaseException as error:
                chunks.put(error)
            chunks.put(None)

        worker = threading.Thread(target=work, args=(self._held[0],), daemon=True)
        worker.start()
        try:
            while (chunk := chunks.get()) is not None:
                if isinstance(chunk, BaseException):
                    raise chunk
                yield chunk
        finally:
            gone.set()
            worker.join()

    def answer(self, asked: dict[str, Any]) -> Chunk:
        """The whole answer at once, also of a token that is only a part of a character; it cannot be stopped."""
        told: Chunk = self._held[0].handle_completions(asked | {"stream": False})
        return told


def room(header: GgufHeader) -> int:
    """How many tokens each slot gets."""
    token = header.state_values * BLOCK_BYTES // BLOCK
    return min(header.context, CONTEXT, STATE_BYTES // SLOTS // max(token, 1))


def library() -> Any:
    """xllamacpp, whose threads are told how to wait when they are loaded, and only then."""
    said = {name: os.environ.get(name) for name in SPINS}
    os.environ.update({name: value for name, value in SPINS.items() if said[name] is None})
    try:
        import xllamacpp
    finally:
        for name, before in said.items():
            if before is None:
                del os.environ[name]
    return xllamacpp


def _parameters(gguf: Path, header: GgufHeader, context: int, threads: int, adapters: tuple[Path, ...]) -> Any:
    xllamacpp = library()
    whole = header.head_size % BLOCK == 0
    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx, params.n_parallel = context * SLOTS, SLOTS
    params.ctx_shift = params.fit_params = False  # what does not fit is refused by us, and never cut or moved
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_batch = BATCH
    kinds = xllamacpp.ggml_type
    params.cache_type_k = params.cache_type_v = kinds.GGML_TYPE_Q8_0 if whole else kinds.GGML_TYPE_F16
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED  # it needs that
    params.cache_ram_mib = 0  # no third copy of prompts beside the slots
    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_MOD]
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in adapters]
    params.verbosity = ERRORS_ONLY
    params.ui = params.endpoint_slots = params.warmup = False
    params.n_threads_http = 1
    params.api_keys = [secrets.token_hex(32)]
    return params


def _open(params: Any) -> Any:
    server = library().Server
    folder = Path(tempfile.mkdtemp(prefix="tutor-"))  # for its owner alone
    try:
        params.hostnames = [str(folder / "s.sock")]
        return server(params)
    except RuntimeError:
        if sys.platform != "win32":
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    params.hostnames = ["127.0.0.1"]
    return server(params)
