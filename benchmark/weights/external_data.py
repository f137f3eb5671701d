"""The files beside an ONNX file that its graph takes tensors from, found without onnx, and the hash of all of them.

A graph is a message of protocol buffers, whose numbers of fields are those of `onnx.proto`. Tensors within the file are
passed over, so that a graph of any size is read in milliseconds.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from benchmark.runtime.atomic_files import sha256_of

ONNX: Final = ".onnx"
_EXTERNAL: Final = 1
"""The value of a tensor's `data_location` where its data are in another file."""
_LOCATION, _DATA = 14, 13
_INNER: Final[Mapping[str, Mapping[int, str]]] = {
    "ModelProto": {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "FunctionProto": {7: "NodeProto", 11: "AttributeProto"},
    "GraphProto": {1: "NodeProto", 5: "TensorProto", 15: "SparseTensorProto"},
    "NodeProto": {5: "AttributeProto"},
    "AttributeProto": {
        **{5: "TensorProto", 6: "GraphProto", 10: "TensorProto", 11: "GraphProto"},
        **{22: "SparseTensorProto", 23: "SparseTensorProto"},
    },
    "SparseTensorProto": {1: "TensorProto", 2: "TensorProto"},
}
"""By message, the fields that lead to tensors, and the messages in them."""


class ExternalDataError(ValueError):
    """An external file that is missing, or that must not be read; one sentence that says what to do."""


def external_files(path: Path) -> list[Path]:
    """The files that an ONNX file refers to, in the order of their names; none of a file of another kind.

    Raises:
        ExternalDataError: if one is missing, or lies outside of the file's folder.
    """
    files = []
    for location in _locations(path):
        parts = PurePosixPath(location).parts
        if not parts or PurePosixPath(location).is_absolute() or PureWindowsPath(location).drive or ".." in parts:
            raise ExternalDataError(
                f"{path} refers to {location!r}, which leaves its folder, and is refused: save the graph anew with its "
                "data beside it"
            )
        file = path.parent.joinpath(*parts)
        if not file.is_file():
            raise ExternalDataError(f"{path} has its weights in {file}, which is not there: put that file beside it")
        files.append(file)
    return files


def files_of(path: Path) -> list[Path]:
    """A weights file, and those files that it refers to which are there."""
    try:
        return [path, *external_files(path)]
    except ExternalDataError:
        return [path]


def sha256_with_external_data(path: Path) -> str:
    """SHA-256 of a weights file; of one that refers to others, of its own hash and of theirs with their names.

    Raises:
        ExternalDataError: as `external_files`.
    """
    others = external_files(path)
    if not others:
        return sha256_of(path)
    named = [f"{file.relative_to(path.parent).as_posix()} {sha256_of(file)}" for file in others]
    return hashlib.sha256("\n".join([sha256_of(path), *named]).encode()).hexdigest()


def _locations(path: Path) -> list[str]:
    """Names of the files that the tensors of a graph are in, each once, in order; none of what is no graph."""
    if path.suffix.lower() != ONNX or not path.stat().st_size:
        return []
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        return sorted({location for tensor in _tensors(view, "ModelProto") for location in _external(tensor)})
    except (ValueError, IndexError, RecursionError):
        return []  # it is no graph, which whoever runs it says


def _tensors(message: memoryview, kind: str) -> Iterator[memoryview]:
    if kind == "TensorProto":
        yield message
        return
    for number, value in _fields(message):
        inner = _INNER[kind].get(number)
        if inner is not None and isinstance(value, memoryview):
            yield from _tensors(value, inner)


def _external(tensor: memoryview) -> Iterator[str]:
    """The name of a tensor's file, where its data are in one."""
    fields = list(_fields(tensor))
    if (_LOCATION, _EXTERNAL) in fields:
        for number, value in fields:
            if number == _DATA and isinstance(value, memoryview):
                entry = {key: bytes(text) for key, text in _fields(value) if isinstance(text, memoryview)}
                if entry.get(1) == b"location":
                    yield entry.get(2, b"").decode()


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The number and value of every field of a message; of numbers of fixed width the value is their bytes.

    Raises:
        ValueError, IndexError: if it is none.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire == 2:
            width, place = _varint(message, place)
        elif wire in (1, 5):
            width = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if place + width > len(message):
            raise ValueError("a field beyond the end")
        yield number, message[place : place + width]
        place += width


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
