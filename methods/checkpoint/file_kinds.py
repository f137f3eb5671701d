"""What a file is that was given as a checkpoint and is none, in words that say what to do."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path
from typing import Final

HEAD: Final = 512
"""Bytes by which a kind of file is told."""
_TORCH_PICKLE: Final = bytes.fromhex("6cfc9c46f9206aa85019")
"""The number at the beginning of a file of `torch.save` from before it wrote zip archives."""
_ARCHIVES: Final = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
_UNPACK: Final = "unpack it and give the weights file in it"
_AGAIN: Final = "copy or download it again"
_SAVE: Final = "where it was made, save the network's state_dict() alone by torch.save, and give that file"


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as safetensors do, whatever its name."""
    head = _head(path)
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= path.stat().st_size - 8


def foreign_kind(path: Path) -> str | None:
    """What a file is, and what to do, where that is no file of `torch.save`; None where it may be one.

    Raises:
        OSError: if it cannot be read.
    """
    head = _head(path)
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not head:
        return f"is empty; {_AGAIN}"
    if text.startswith(b"version https://git-lfs"):
        return "is a git-lfs pointer in place of the file; run `git lfs pull` where it was cloned, or download the file"
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "is a web page; the site gave it in place of the file, which a browser may download from there"
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    for mark, name in _ARCHIVES.items():
        if head.startswith(mark):
            return f"is a {name} archive; {_UNPACK}"
    if tarfile.is_tarfile(path):
        return _kind_of_tar(path)
    if head.startswith(b"\x89HDF"):
        return f"is an HDF5 file, as Keras writes them; {_SAVE}"
    if head.startswith(b"\x93NUMPY"):
        return "is a NumPy array; give a file of torch.save or safetensors"
    if _TORCH_PICKLE in head[:40]:
        return None
    if head.startswith(b"\x80"):
        return f"is a pickle of Python objects, which was not read since that could run any code; {_SAVE}"
    if _is_text(head):
        return f"is a text file, which begins {text[:40].decode('utf-8', 'replace')!r}; give the weights file"
    return f"is no file of torch.save or safetensors; give one, or {_AGAIN}"


def damaged(path: Path) -> str:
    """What to do of a file that begins as a checkpoint and cannot be read."""
    return f"is damaged or was cut short at {path.stat().st_size:,} bytes; {_AGAIN}; nothing in it was executed"


def holds_objects(names: list[str]) -> str:
    """What to do of a file that is no mere tensors.

    Args:
        names: of the classes or functions that it needs.
    """
    found = f" ({', '.join(names)})" if names else ""
    return f"holds other objects than tensors and plain values{found}, which could run any code; nothing was; {_SAVE}"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _kind_of_zip(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return damaged(path)
    inner = {name.partition("/")[2] for name in names}
    if "data.pkl" not in inner:
        listed = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        return f"is a zip archive ({listed or 'empty'}); {_UNPACK}"
    if "constants.pkl" in inner:
        return f"is a TorchScript program, which was not run; {_SAVE}"
    return None


def _kind_of_tar(path: Path) -> str:
    try:
        with tarfile.open(path) as archive:
            names = archive.getnames()
    except tarfile.TarError:
        return damaged(path)
    if {"storages", "tensors"} <= set(names):
        return "is a checkpoint of torch 0.1, which later versions read as code only; load it there and save it again"
    return f"is a tar archive; {_UNPACK}"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)
