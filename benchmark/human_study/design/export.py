"""Writes a study: a public folder that tells nothing, and a private one that tells all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmark.human_study.design.draw_study import IMAGES, Drawn, Picture
from benchmark.human_study.design.page_texts import with_page_words
from benchmark.human_study.design.stimuli import Pixels, jumbled, read_pixels, stored_png
from benchmark.human_study.schema import KEY, PRIVATE, PUBLIC, STUDY, read_key, read_study, write_key, write_study
from benchmark.runtime.atomic_files import replacing, write_text_atomically
from registry.errors import InputError

WORDS: Final = "words.yaml"
_WRITTEN: Final = 946_684_800
"""Every picture's time, the first second of 2000: the order of writing would tell what was drawn together."""


def lies_beside(key: Path, folder: Path) -> bool:
    """Whether a key lies in the public folder, which raters see."""
    return key.resolve().is_relative_to((folder / PUBLIC).resolve())


def seed_of(key: Path, asked: int | None) -> int:
    """The seed to draw a study by: the one asked for, that of a key already there, or a new one that nobody knows."""
    if asked is not None:
        return asked
    return read_key(key).seed if key.is_file() else secrets.randbits(64)


def write_export(folder: Path, drawn: Drawn, words: Path, key: Path, masks: Mapping[tuple[str, int], Pixels]) -> Path:
    """Write `study.json`, the key, the words and the pictures.

    What names the study comes first, and first of it the key with its seed: an export that is killed leaves a folder
    that no other study is written into, and that the same command completes.

    Args:
        folder: of the study.
        drawn: what to write, which `check_writable` let pass.
        words: the file that was used, copied so that the study can be repeated, with all buttons and messages.
        key: where the key goes.
        masks: (H, W, 3) RGB by protocol and task, those that the study shows.

    Returns:
        The public folder.
    """
    public = folder / PUBLIC
    size = drawn.study.size[0]
    text = with_page_words(words.read_text(encoding="utf-8"))
    write_key(key, drawn.key)
    write_study(public / STUDY, drawn.study)
    write_text_atomically(folder / WORDS, text)
    for file, picture in sorted(drawn.pictures.items()):  # by what is opaque, for disks remember the order too
        _write_picture(public / file, _pixels(picture, size))
    for file, task in sorted(drawn.masks.items()):
        _write_picture(public / file, masks[task])
    os.utime(public / IMAGES, (_WRITTEN, _WRITTEN))
    return public


def check_key(folder: Path, key: Path, forms: Iterable[str]) -> None:
    """Refuse a place for the key that another file of the study needs, or that cannot hold a file.

    Args:
        folder: of the study.
        key: where the key is to go.
        forms: names of all files that forms may have in the public folder.

    Raises:
        InputError: naming `--key`.
    """
    at, public = key.resolve(), (folder / PUBLIC).resolve()
    files = [public / IMAGES, *(public / name for name in (STUDY, *forms)), folder.resolve() / WORDS]
    if key.is_dir() or at == (folder / PRIVATE).resolve() or any(at in each.parents for each in files):
        raise InputError(f"--key {key} is a folder; name a file, such as {key / KEY}")
    if needed := [each for each in files if each == at or each in at.parents]:
        raise InputError(f"--key {key} would take the place of {needed[0]}, which the study needs; name another file")
    if files_above := [each for each in key.parents if each.exists() and not each.is_dir()]:
        raise InputError(f"--key {key}: {files_above[0]} is no folder")


def check_writable(folder: Path, drawn: Drawn, key: Path) -> None:
    """Refuse what would fail, before anything is written.

    Raises:
        InputError: if the folder or the key is of another study, whose answers would lose their meaning, or unreadable,
            the folder holds pictures of nobody knows which study, or an edit is missing or damaged.
    """
    path, study_id = folder / PUBLIC / STUDY, drawn.study.study_id
    if path.is_file() and (found := read_study(path).study_id) != study_id:
        keyless = "" if key.is_file() else f"name its key by --key, for it is not at {key}; or "
        raise InputError(
            f"{path} is of another study ({found}, not {study_id}), and its answers need it; "
            f"{keyless}choose another --out, or delete the folder if nobody has answered"
        )
    if key.is_file() and (held := read_key(key)) != drawn.key:
        other = f"another study ({held.study_id}, not {study_id})"
        redrawn = f"study {study_id} as another version of this program drew it"
        raise InputError(
            f"{key} is the key of {redrawn if held.study_id == study_id else other}, and its answers need it; "
            "choose another --out and --key"
        )
    if (pictures := path.parent / IMAGES).exists() and not path.exists():
        raise InputError(
            f"{pictures} holds pictures, and no {STUDY} beside it says of which study; choose another --out"
        )
    for edit in sorted({picture.path for picture in drawn.pictures.values()}):
        if not edit.is_file():
            raise InputError(f"{edit}: no such file; edit again, or leave its method out by --methods")
        read_pixels(edit, drawn.study.size[0])


def _pixels(picture: Picture, size: int) -> Pixels:
    pixels = read_pixels(picture.path, size)
    return pixels if picture.jumble is None else jumbled(pixels, picture.jumble)


def _write_picture(path: Path, pixels: Pixels) -> None:
    with replacing(path, durable=False) as temporary:
        temporary.write_bytes(stored_png(pixels, path.name.encode()))
        os.utime(temporary, (_WRITTEN, _WRITTEN))
