"""The sentence encoder: both formats say the same, as the formulas do; what is damaged is refused; it is optional."""

from __future__ import annotations

import os
import random
import shutil
import struct
import unicodedata
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skills.contract import Done, Profile
from skills.errors import ModelDamaged
from skills.workspace import sha256
from tests.tiny_encoder import HEADS, LAYERS, POSITIONS, TEXT, expected, from_blocks, make_encoder, mean_of, write_hub
from tutor.lm.bert import gelu
from tutor.lm.encoder import E5, batches, open_encoder, read_encoder, split
from tutor.lm.encoder_hub import Folder
from tutor.lm.encoder_packed import PACKED, Packed
from tutor.lm.installed import ENCODER, Manifest, installed, models_folder, write_manifest
from tutor.processes.worker import Worker
from tutor.settings import Settings, default_home
from tutor.words import LANGUAGES, Words

PROFILE = Profile(
    name="tiny-encoder", writes=(), context=POSITIONS, parameters=0, disk_bytes=0, memory_bytes=0, licence="MIT",
    digest="a" * 64,
)  # fmt: skip
TEXTS = ["el río", "What is a model?", TEXT, "", "río abajo", "¿Qué es un modelo de lenguaje?", "sea " * 30]
Made = tuple[Path, Path, dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def encoder(made: Made) -> E5:
    return E5(Packed(made[0]), PROFILE)


def test_both_formats_give_the_same_vectors(made: Made, encoder: E5) -> None:
    hub = E5(Folder(made[1]), PROFILE)
    for kind in ("query", "passage"):
        found = encoder.embed(TEXTS, kind)
        assert found.dtype == np.float32
        assert found.shape == (len(TEXTS), 64)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(found, hub.embed(TEXTS, kind), atol=1e-6)
    assert encoder.embed([], "query").shape == (0, 64)


def test_weights_of_half_precision_are_read(made: Made, encoder: E5, tmp_path: Path) -> None:
    from sentencepiece import SentencePieceProcessor

    pieces = SentencePieceProcessor(model_file=str(made[1] / "sentencepiece.bpe.model"))
    write_hub(tmp_path / "half", made[2], pieces, "float16")
    found = E5(Folder(tmp_path / "half"), PROFILE).embed(TEXTS, "query")
    np.testing.assert_allclose(found, encoder.embed(TEXTS, "query"), atol=5e-3)


def test_the_vectors_are_those_of_the_formulas(made: Made, encoder: E5) -> None:
    weights = {name: value.astype(np.float64) for name, value in made[2].items()}
    pieces = Packed(made[0]).pieces
    for text in ("el río", "the wide road went down", "zzz…"):
        ids = [0, *pieces.ids(f"query: {text}"), 2]
        wanted = expected(weights.__getitem__, ids, LAYERS, HEADS)
        np.testing.assert_allclose(encoder.embed([text], "query")[0], wanted, atol=1e-5)


@pytest.mark.slow
def test_the_vectors_are_those_of_transformers(made: Made, encoder: E5) -> None:
    import torch
    from transformers import BertModel

    model = BertModel.from_pretrained(made[1], add_pooling_layer=False).eval()
    for text in ("el río", "the wide road went down"):
        ids = [0, *Packed(made[0]).pieces.ids(f"passage: {text}"), 2]
        with torch.inference_mode():
            mean = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(dim=0)
        wanted = torch.nn.functional.normalize(mean, dim=0).numpy()
        np.testing.assert_allclose(encoder.embed([text], "passage")[0], wanted, atol=1e-5)


def test_gelu_is_exact_to_a_millionth() -> None:
    from scipy.special import erf

    x = np.linspace(-12, 12, 100_001)
    np.testing.assert_allclose(gelu(x.astype(np.float32)), x * (1 + erf(x / np.sqrt(2))) / 2, atol=1e-6)


def test_a_vector_does_not_depend_on_its_company(made: Made, encoder: E5) -> None:
    together = encoder.embed(TEXTS * 8, "passage")
    alone = np.concatenate([encoder.embed([text], "passage") for text in TEXTS])
    np.testing.assert_allclose(together, np.tile(alone, (8, 1)), atol=1e-6)
    threads = E5(Packed(made[0]), PROFILE, threads=4)
    np.testing.assert_allclose(threads.embed(TEXTS * 8, "passage"), together, atol=1e-6)


def test_the_prefix_counts_and_spaces_around_do_not(encoder: E5) -> None:
    query, passage = encoder.embed(["el río"], "query"), encoder.embed(["el río"], "passage")
    assert np.abs(query - passage).max() > 0.01
    np.testing.assert_array_equal(query, encoder.embed(["  el \n río\t"], "query"))


def test_numpy_keeps_its_threads_when_the_encoder_is_done(encoder: E5) -> None:
    from threadpoolctl import threadpool_info

    before = [(pool["filepath"], pool["num_threads"]) for pool in threadpool_info()]
    encoder.embed(TEXTS * 4, "query")
    assert [(pool["filepath"], pool["num_threads"]) for pool in threadpool_info()] == before


# --- long texts -------------------------------------------------------------------------------------------------------


def test_nothing_is_left_out_of_a_long_text(made: Made, encoder: E5) -> None:
    pieces = Packed(made[0]).pieces
    prefix = pieces.ids("passage:")
    ids = pieces.ids(TEXT)
    room = POSITIONS - len(prefix) - 2
    assert len(ids) > 2 * room
    weights = {name: value.astype(np.float64) for name, value in made[2].items()}
    sizes, means = [], []
    count = -(-len(ids) // room)
    for i in range(count):
        part = ids[i * len(ids) // count : (i + 1) * len(ids) // count]
        sizes.append(len(part))
        means.append(mean_of(weights.__getitem__, [0, *prefix, *part, 2], LAYERS, HEADS))
    wanted = np.average(means, axis=0, weights=sizes)
    np.testing.assert_allclose(encoder.embed([TEXT], "passage")[0], wanted / np.linalg.norm(wanted), atol=1e-5)
    changed = encoder.embed([TEXT + " y el mar"], "passage")[0]
    assert np.abs(changed - encoder.embed([TEXT], "passage")[0]).max() > 1e-3


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 100])
def test_windows_are_few_and_of_like_size(length: int) -> None:
    ids = list(range(length))
    parts = split(ids, 8)
    assert [id for part in parts for id in part] == ids
    assert len(parts) == max(1, -(-length // 8))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_batches_hold_what_they_may() -> None:
    windows = [[0] * n for n in (3, 3, 5, 9, 20, 1)]
    found = list(batches(windows, 10))
    assert [[len(window) for window in batch] for batch in found] == [[3, 3], [5], [9], [20], [1]]


# --- the tokenizer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Aquí me pongo a cantar",
        unicodedata.normalize("NFD", "¿Qué es un modelo de lenguaje? Había una vez"),
        "  dos   espacios\u00a0y una\nlínea ",
        "ﬁn… ½ so\u0007lo so\u00adlo",
        "<s> el </s> <mask> <pad> <unk>",
        "日本語 😀",
        "",
        "\ud800 sin par",
    ],
)
def test_the_packed_pieces_cut_as_sentencepiece_does(made: Made, text: str) -> None:
    assert Packed(made[0]).pieces.ids(text) == Folder(made[1]).pieces.ids(text)


def test_a_text_never_becomes_a_control_token(made: Made) -> None:
    for pieces in (Packed(made[0]).pieces, Folder(made[1]).pieces):
        assert not {0, 1, 2} & set(pieces.ids("<s> <pad> </s> <mask>"))
        assert 3 in pieces.ids("Ж")


# --- what is not what it should be ------------------------------------------------------------------------------------


def spoilt(change: Callable[[bytearray], bytes | bytearray]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        path.write_bytes(change(bytearray(path.read_bytes())))

    return spoil


def put(form: str, offset: int, *values: Any) -> Callable[[Path], None]:
    def change(data: bytearray) -> bytearray:
        struct.pack_into(f"<{form}", data, offset, *values)
        return data

    return spoilt(change)


PACKED_SPOILT = {
    "cut in the header": spoilt(lambda data: data[:30]),
    "cut in the pieces": spoilt(lambda data: data[:400]),
    "cut in the weights": spoilt(lambda data: data[:-1]),
    "empty": spoilt(lambda data: b""),
    "a GGUF": put("4s", 0, b"GGUF"),
    "a later version": put("I", 4, 2),
    "no layers": put("i", 12, 0),
    "wider than it is": put("i", 8, 128),
    "heads that do not fit": put("i", 16, 7),
    "a million layers": put("i", 12, 1_000_000),
    "other blocks": put("i", 40, 64),
    "more pieces than rows": put("i", 44, 2_000_000_000),
    "pieces below nought": put("i", 44, -5),
    "another order": put("i", 48, 1),
}


@pytest.mark.parametrize("how", PACKED_SPOILT)
def test_a_packed_file_that_is_damaged_is_refused_in_words(made: Made, tmp_path: Path, how: str) -> None:
    path = Path(shutil.copy(made[0], tmp_path / PACKED))
    PACKED_SPOILT[how](path)
    with pytest.raises(ModelDamaged) as caught:
        read_encoder(tmp_path, PROFILE, {})
    for language in LANGUAGES:
        told = Words(language).error(caught.value)
        assert "tiny-encoder" in told["what"]
        assert "tutor models get tiny-encoder" in told["next"]


@pytest.mark.parametrize(
    ("file", "how"),
    [
        ("config.json", spoilt(lambda data: data.replace(b'"bert"', b'"gpt2"'))),
        ("config.json", spoilt(lambda data: data.replace(b'"gelu"', b'"relu"'))),
        ("config.json", spoilt(lambda data: data.replace(b'"hidden_size": 64', b'"hidden_size": 32'))),
        ("config.json", spoilt(lambda data: data[:-9])),
        ("config.json", spoilt(lambda data: b"[]")),
        ("model.safetensors", spoilt(lambda data: data[:-1])),
        ("model.safetensors", spoilt(lambda data: data[:100])),
        ("model.safetensors", spoilt(lambda data: data.replace(b"layer.1.output", b"layer.8.output"))),
        ("model.safetensors", spoilt(lambda data: data.replace(b'"F32"', b'"I32"'))),
        ("model.safetensors", put("Q", 0, 2**60)),
        ("sentencepiece.bpe.model", spoilt(lambda data: b"not a model")),
        ("sentencepiece.bpe.model", spoilt(lambda data: b"")),
        ("sentencepiece.bpe.model", Path.unlink),
    ],
)
def test_a_folder_that_is_damaged_is_refused(
    made: Made, tmp_path: Path, file: str, how: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(made[1], tmp_path / "hub"))
    how(folder / file)
    with pytest.raises(ModelDamaged):
        read_encoder(folder, PROFILE, {})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a scale that is not a number
def test_whatever_byte_is_wrong_it_is_read_or_refused(made: Made, tmp_path: Path) -> None:
    """Without the digest, which finds all of these."""
    whole = made[0].read_bytes()
    dice = random.Random(0)
    refused = 0
    for _ in range(150):
        data = bytearray(whole)
        data[dice.randrange(4000)] = dice.randrange(256)
        (tmp_path / PACKED).write_bytes(data)
        try:
            read_encoder(tmp_path, PROFILE, {}).embed(["el río"], "query")
        except ModelDamaged:
            refused += 1
    assert refused > 20


def test_the_digest_of_every_file_is_checked(made: Made, tmp_path: Path) -> None:
    path = Path(shutil.copy(made[0], tmp_path / PACKED))
    digests = {PACKED: sha256(path)}
    read_encoder(tmp_path, PROFILE, digests)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1  # still a readable file
    path.write_bytes(data)
    read_encoder(tmp_path, PROFILE, {})
    with pytest.raises(ModelDamaged):
        read_encoder(tmp_path, PROFILE, digests)


# --- in the home and in the worker ------------------------------------------------------------------------------------


def install(home: Path, made: Made) -> Path:
    folder = models_folder(home) / PROFILE.name / ENCODER
    folder.mkdir(parents=True)
    shutil.copy(made[0], folder / PACKED)
    files = {PACKED: sha256(folder / PACKED)}
    write_manifest(home, Manifest(profile=PROFILE, label="tiny", roles=("encoder",), source="test", files=files))
    return folder / PACKED


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    worker = Worker(Settings(home=tmp_path / "home", threads=1), source="tests.tiny_skills")
    yield worker
    await worker.stop()


async def test_a_skill_has_the_encoder(worker: Worker, tmp_path: Path, made: Made) -> None:
    install(tmp_path / "home", made)
    await worker.start()
    done = [event async for event in worker.run("means", {"text": "el río"}, "es")][-1]
    assert isinstance(done, Done)
    assert done.result == {"text": "(1, 64)"}


async def test_nothing_breaks_without_an_encoder(worker: Worker) -> None:
    await worker.start()
    done = [event async for event in worker.run("means", {"text": "el río"}, "es")][-1]
    assert isinstance(done, Done)
    assert done.result == {"text": "without an encoder"}


async def test_a_damaged_encoder_is_as_good_as_none(worker: Worker, tmp_path: Path, made: Made) -> None:
    path = install(tmp_path / "home", made)
    path.write_bytes(path.read_bytes()[:-1])
    await worker.start()
    done = [event async for event in worker.run("means", {"text": "el río"}, "es")][-1]
    assert isinstance(done, Done)
    assert f"{PACKED}: not the file" in (tmp_path / "home" / "logs" / "worker.log").read_text("utf-8")


# --- the real one -----------------------------------------------------------------------------------------------------

PAIRS = [
    ("¿Cómo se entrena un modelo de lenguaje?", "How is a language model trained?"),
    ("La abuela cocinaba ñoquis los domingos.", "Grandmother cooked gnocchi on Sundays."),
    ("El gato duerme al sol sobre el tejado.", "The cat sleeps in the sun on the roof."),
    ("No sé si esto es la herramienta que necesito.", "I don't know whether this is the tool I need."),
    ("Llovió toda la noche y el río creció.", "It rained all night and the river rose."),
    ("Mis textos no salen de esta computadora.", "My texts never leave this computer."),
]
UNRELATED = "The committee approved the annual budget of the railway company."
PUBLISHED = {
    "Hello world!": [35378, 8999, 38],
    "你好，世界": [6, 124084, 4, 3221],
    "नमस्ते दुनिया": [68700, 97883, 29405],
    "مرحبا بالعالم": [665, 193478, 258, 1705, 77796],
    "Bonjour le monde": [84602, 95, 11146],
}
"""XLM-RoBERTa's ids of some texts, as its authors give them (fairseq, examples/xlmr/README.md)."""


@pytest.fixture(scope="module")
def home() -> Path:
    home = Path(os.environ.get("TUTOR_TEST_HOME") or os.environ.get("TUTOR_HOME") or default_home())
    if not any("encoder" in model.plays for model in installed(home)):
        pytest.skip("no encoder here: tutor models get multilingual-e5-small (or set TUTOR_TEST_HOME)")
    return home


@pytest.fixture(scope="module")
def real(home: Path) -> E5:
    return open_encoder(home)


@pytest.mark.slow
def test_a_sentence_is_nearest_to_its_translation(real: E5) -> None:
    spanish = real.embed([es for es, _ in PAIRS], "query")
    english = real.embed([en for _, en in PAIRS] + [UNRELATED], "query")
    near = spanish @ english.T
    assert near.argmax(axis=1).tolist() == list(range(len(PAIRS)))
    assert (near[:, -1] < near.diagonal() - 0.05).all()


@pytest.mark.slow
def test_a_question_is_nearest_to_the_passage_that_answers(real: E5) -> None:
    passages = [
        "Un token es un pedazo de texto: a veces una palabra entera, a veces unas pocas letras.",
        "Hay sobreajuste cuando el modelo aprende de memoria los textos de entrenamiento y falla con los nuevos.",
        "La temperatura decide cuánto se anima el modelo a elegir palabras menos probables.",
    ]
    asked = ["¿Qué es un token?", "¿Y si aprende mis textos de memoria?", "¿Para qué sirve la temperatura?"]
    asked += ["What is a token?", "What if it learns my texts by heart?", "What is temperature for?"]
    near = real.embed(asked, "query") @ real.embed(passages, "passage").T
    assert near.argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2]


@pytest.mark.slow
def test_texts_are_cut_as_xlm_roberta_cuts_them(real: E5) -> None:
    for text, ids in PUBLISHED.items():
        assert real._pieces.ids(text) == ids


@pytest.mark.slow
def test_the_real_vectors_are_those_of_the_formats_own_arithmetic(home: Path, real: E5) -> None:
    path = models_folder(home) / real.profile.name / ENCODER / PACKED
    if not path.exists():
        pytest.skip("the encoder here came from the hub")
    weights = packed_weights(path)
    for text in ("¿Cómo se entrena un modelo de lenguaje?", "The cat sleeps."):
        ids = [0, *real._pieces.ids(f"query: {text}"), 2]
        wanted = expected(weights, ids, 12, 12)
        np.testing.assert_allclose(real.embed([text], "query")[0], wanted, atol=1e-5)


def packed_weights(path: Path) -> Callable[[str], Any]:
    """The tensors of the packed file, read apart from the program: by the directory alone, numbers one by one."""
    data = path.read_bytes()
    width, _, _, inner, _ = struct.unpack_from("<5i", data, 8)
    sizes = {"fi": (inner, width), "fo": (width, inner)} | dict.fromkeys(("q", "k", "v", "ao"), (width, width))
    at = data.index(b"\x08\x00emb.word")
    (count,) = struct.unpack_from("<i", data, at - 4)
    places = {}
    for _ in range(count):
        name = data[at + 2 : at + 2 + data[at]].decode()
        places[name] = struct.unpack_from("<BIQQ", data, at + 2 + len(name))
        at += 2 + len(name) + 21

    @cache
    def weight(name: str) -> Any:
        packed, _, offset, length = places[name]
        if name == "emb.word":
            return Rows(data[offset : offset + length], width // 32 * 18)
        values = (
            from_blocks(data[offset : offset + length]) if packed else np.frombuffer(data, "<f4", length // 4, offset)
        )
        part = name.split(".")[1]
        size = (-1, width) if part in ("pos", "type") else sizes.get(part, (-1,)) if name.endswith(".w") else (-1,)
        return values.astype(np.float64).reshape(size)

    return weight


class Rows:
    """A table whose rows are unpacked as they are asked for."""

    def __init__(self, data: bytes, length: int) -> None:
        self._data, self._length = data, length

    def __getitem__(self, ids: list[int]) -> Any:
        parts = (self._data[id * self._length : (id + 1) * self._length] for id in ids)
        return np.stack([from_blocks(part) for part in parts]).astype(np.float64)
