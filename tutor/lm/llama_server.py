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
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutor.lm.gguf_header import GgufHeader, read_header

CONTEXT = 3072
STATE_BYTES = 500_000_000
"""What a text may have in tokens, its prompt included, and what the state of all slots may take. A model that could
read 32,768 tokens is not given room for them: at 50 to 200 tokens a second nobody would wait for it, and in 8 bits a
token is 6.5 KB for Qwen2.5-0.5B, 15 KB for the 1.5B, 61 KB for Qwen3-1.7B. The longest that is asked for has 2,260."""
BLOCK, BLOCK_BYTES = 32, 34
"""Numbers that share a scale in 8 bits (Q8_0 of ggml-common.h), and what they take."""
SLOTS = 2
"""Texts whose state is kept, and that can be written at a time: say the conversation, and a question aside."""
ADAPTERS = 4
"""Of as many the matrices are kept beside the weights, 35 MB each for a 0.5B of rank 16."""
BATCH = 128
"""Tokens of a prompt that are read between two looks at whether anybody still wants the answer. 512 is as fast."""
GUESS = (12, 31)
"""Where the last 12 tokens stand already, the 31 that followed them are tried at once: a text that repeats its source
is written 1.6 to 2 times as fast (benchmarks/README.md). Short guesses after 6 tokens, alone or beside these, gain no
more and cost more where nothing repeats: eight tokens read together cost a 1.5B 4.4 single ones, 32 cost it 12."""
PATIENCE = 60.0
"""Seconds to wait for answers to end before an adapter is loaded."""
ERRORS_ONLY = 1
SPINS = {"GOMP_SPINCOUNT": "1000"}
"""How long a thread of llama.cpp's waits for the others awake before it sleeps: some 20 microseconds. By default it is
three hundred times as long, which gains 3 % on a machine with nothing else to do, and loses all where another program
wants a core: 0.5B on 2 cores at load 10, 2 tokens a second and 14 (benchmarks/README.md)."""
Chunk = dict[str, Any]
Adapter = tuple[Path, int]
"""A file and when it was written: another training may leave another one under the same name."""


class LlamaServer:
    """The weights in `gguf`, opened with `threads`; `context`: the tokens that there is room for in each slot.

    `guess`: whether what was seen before is tried first, which makes what is measured depend on what was written.
    Raises ValueError for what is no GGUF file, RuntimeError if llama.cpp cannot open it: why is on the error output.
    """

    def __init__(self, gguf: Path, threads: int, guess: bool = True) -> None:
        self._gguf, self._threads, self._guess = gguf, threads, guess
        self._header = read_header(gguf)
        self.context = room(self._header)
        self._adapters: tuple[Adapter, ...] = ()
        self._held: list[Any] = []
        self._asking, self._changed = 0, threading.Condition()
        self._start()
        # its threads end before the interpreter does
        weakref.finalize(self, self._held.clear)

    def ask(self, asked: dict[str, Any], adapter: Path | None = None) -> Generator[Chunk]:
        """The answer to a request of llama.cpp's `/v1/completions`, chunk by chunk, a last one with `finish_reason`.

        `adapter`: a LoRA adapter as GGUF that is laid over the weights for this answer. While the prompt is read, a
        chunk without text comes after each batch. Closing the iterator ends the work and frees the slot before it
        returns.
        """
        with self._with(adapter) as scales:
            yield from self._answer(asked | {"lora": scales})

    def answer(self, asked: dict[str, Any], adapter: Path | None = None) -> Chunk:
        """The whole answer at once, for one of few tokens: it cannot be stopped."""
        with self._with(adapter) as scales:
            told: Chunk = self._held[0].handle_completions(asked | {"lora": scales, "stream": False})
        return told

    @contextmanager
    def _with(self, adapter: Path | None) -> Iterator[list[dict[str, Any]]]:
        """How much of each adapter is wanted. One that is not there yet is loaded, which opens the weights anew (half
        a second, and no slot remembers anything): when nobody else is being answered."""
        wanted = None if adapter is None else (adapter, adapter.stat().st_mtime_ns)
        with self._changed:
            if wanted is not None and wanted not in self._adapters:
                if not self._changed.wait_for(lambda: not self._asking, PATIENCE):
                    raise RuntimeError("an answer that was never ended keeps the weights")
                self._load(wanted)
            self._asking += 1
        try:
            yield [{"id": i, "scale": float(each == wanted)} for i, each in enumerate(self._adapters)]
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def _load(self, adapter: Adapter) -> None:
        before, self._adapters = self._adapters, (*self._adapters, adapter)[-ADAPTERS:]
        self._held.clear()
        try:
            self._start()
        except RuntimeError:
            self._adapters = before
            self._start()
            raise

    def _start(self) -> None:
        """Open the weights and let them write a token. Threads are at work from the first answer on: told to end before
        that, they begin nevertheless, and whoever waits for their end waits for ever."""
        adapters = [path for path, _ in self._adapters]
        parameters = _parameters(self._gguf, self._header, self.context, self._threads, adapters)
        if self._guess:
            _let_guess(parameters)
        self._held.append(_open(parameters))
        deque(self._answer({"prompt": [0], "n_predict": 1}), maxlen=0)

    def _answer(self, asked: dict[str, Any]) -> Generator[Chunk]:
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


def _parameters(gguf: Path, header: GgufHeader, context: int, threads: int, adapters: list[Path]) -> Any:
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
    # read, not mapped: of weights that are laid out anew for the processor both copies would stay in memory
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.cache_ram_mib = 0  # no third copy of prompts beside the slots
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in adapters]
    params.verbosity = ERRORS_ONLY
    params.ui = params.endpoint_slots = params.warmup = False
    params.n_threads_http = 1
    params.api_keys = [secrets.token_hex(32)]
    return params


def _let_guess(params: Any) -> None:
    params.speculative.types = [library().common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    guess = params.speculative.ngram_simple
    guess.size_n, guess.size_m = GUESS


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
