"""Tables of the field (Parquet, Arrow, Feather; data sets as `datasets` saves them): their rows, as records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from skills.errors import FileUnreadable
from skills.reading.left_out import LeftOut
from skills.reading.part import Part, write_records

if TYPE_CHECKING:
    import pyarrow as pa

BROKEN = "columns_broken"
ROWS = 256
"""Rows that are turned into text at once."""
ENDINGS = (".arrow", ".parquet", ".feather")
DESCRIBING = (
    "dataset_info.json", "dataset_infos.json", "state.json", "dataset_dict.json", "readme.md", ".gitattributes",
    "_metadata", "_common_metadata", "_success", "license", "license.txt", "license.md",
)  # fmt: skip
"""Files that a folder with a data set has besides its rows."""
CACHED = ("cache-", "tmp")
"""What the names of rows that `datasets` only worked out begin with."""
INDEX = "__index_level_"
"""What pandas calls the numbers of rows."""

File = TypeVar("File", bound=tuple[Path, str])
"""A path, and the name of what is there."""


def read(path: Path, name: str, folder: Path) -> list[Part]:
    from pyarrow import ArrowException

    left = LeftOut()
    try:
        return [replace(write_records(_records(path, left), name, folder), left=left)]
    except (ArrowException, OSError, ValueError, KeyError, NotImplementedError) as error:
        raise FileUnreadable(name=name, kind=BROKEN) from error


def rows_apart(files: Sequence[File], left: LeftOut) -> list[File]:
    """The files without those that only describe a data set, if they are one."""
    if not any(file[1].casefold().endswith(ENDINGS) for file in files):
        return list(files)
    rest = []
    for file in files:
        name = PurePosixPath(file[1]).name.casefold()
        if name in DESCRIBING or (name.startswith(CACHED) and name.endswith(".arrow")):
            left.leave("dataset_files", file[1])
        else:
            rest.append(file)
    return rest


def rows_in(folder: Path) -> list[Path]:
    """The files of a folder, and of those in it, that have the rows of a data set; none if it is no data set."""
    found = [
        path for depth in ("*", "*/*", "*/*/*") for path in folder.glob(depth) if path.suffix.casefold() in ENDINGS
    ]
    return sorted(path for path in found if not path.name.startswith((".", *CACHED)) and path.is_file())


def _records(path: Path, left: LeftOut) -> Iterator[dict[str, Any]]:
    """The rows without what is no text (pictures, sounds, numbers of a model), classes by their names."""
    names: list[str] | None = None
    for batch in _batches(path):
        if names is None:
            unread = [field.name for field in batch.schema if not _legible(field.type)]
            numbers = [field.name for field in batch.schema if field.name.startswith(INDEX) and _number(field.type)]
            names = [name for name in batch.schema.names if name not in (*unread, *numbers)]
            classes = _classes(batch.schema.metadata or {})
            if unread:
                left["binary_columns"] = len(unread)
                left.note("binary_columns_names", ", ".join(unread))
        for start in range(0, batch.num_rows, ROWS):
            for row in batch.select(names).slice(start, ROWS).to_pylist():
                yield {name: _named(cell, classes.get(name)) for name, cell in row.items()}


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    from pyarrow import feather, ipc, parquet

    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"PAR1"):
        with parquet.ParquetFile(path) as opened:
            yield from opened.iter_batches(batch_size=ROWS, use_threads=False)
    elif start.startswith(b"ARROW1"):
        with pa.OSFile(str(path)) as source, ipc.open_file(source) as opened:
            yield from (opened.get_batch(i) for i in range(opened.num_record_batches))
    elif start.startswith(b"FEA1"):
        yield from feather.read_table(path, use_threads=False, memory_map=False).to_batches()
    else:
        with pa.OSFile(str(path)) as source, ipc.open_stream(source) as opened:
            yield from opened


def _legible(kind: pa.DataType) -> bool:
    """Can what is in a column be read, by a person?"""
    import pyarrow as pa

    types = pa.types
    if types.is_struct(kind):
        return all(_legible(kind.field(i).type) for i in range(kind.num_fields))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _legible(kind.value_type) and not types.is_floating(kind.value_type)
    return not (types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))


def _number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind))


def _classes(metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """The names of the classes that a column has the numbers of, as `datasets` notes them."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
        return {name: list(kind["names"]) for name, kind in features.items() if kind.get("_type") == "ClassLabel"}
    except (ValueError, AttributeError, KeyError, TypeError):
        return {}


def _named(cell: Any, classes: Sequence[str] | None) -> Any:
    return classes[cell] if classes and isinstance(cell, int) and 0 <= cell < len(classes) else cell
