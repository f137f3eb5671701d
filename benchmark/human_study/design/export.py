"""Writes a study: a public folder for raters, which gives nothing away, and a private one with the key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmark.human_study.design.draw_study import IMAGES, DrawnStudy, Stimulus
from benchmark.human_study.design.page_texts import with_page_texts
from benchmark.human_study.design.stimuli import Pixels, read_pixels, shuffle_tiles, stored_png
from benchmark.human_study.schema import KEY, PRIVATE, PUBLIC, STUDY, read_key, read_study, write_key, write_study
from benchmark.runtime.atomic_files import replacing, write_text_atomically
from registry.errors import InputError

TEXTS_FILE: Final = "words.yaml"
_FILE_TIME: Final = 946_684_800
"""Time of every image, the first second of 2000: the order of writing would tell what was drawn together."""


def is_public(key: Path, folder: Path) -> bool:
    """Whether a key is in the public folder, which raters see."""
    return key.resolve().is_relative_to((folder / PUBLIC).resolve())


def seed_of(key: Path, requested: int | None) -> int:
    """The seed to draw a study by: the one requested, that of a key already there, or a new random one."""
    if requested is not None:
        return requested
    return read_key(key).seed if key.is_file() else secrets.randbits(64)


def write_export(
    folder: Path, drawn: DrawnStudy, texts: Path, key: Path, masks: Mapping[tuple[str, int], Pixels]
) -> Path:
    """Write `study.json`, the key, the texts and the images.

    The files that identify the study come first, beginning with the key and its seed: an export that is killed leaves a
    folder into which no other study is written, and which the same command completes.

    Args:
        folder: of the study.
        drawn: what to write, which `check_writable` accepted.
        texts: the file that was used, copied so that the study can be repeated, with all buttons and messages.
        key: where the key goes.
        masks: (H, W, 3) RGB by protocol and task, those that the study shows.

    Returns:
        The public folder.
    """
    public = folder / PUBLIC
    size = drawn.study.size[0]
    text = with_page_texts(texts.read_text(encoding="utf-8"))
    write_key(key, drawn.key)
    write_study(public / STUDY, drawn.study)
    write_text_atomically(folder / TEXTS_FILE, text)
    for file, stimulus in sorted(drawn.stimuli.items()):  # by anonymous names, for disks remember the order too
        _write_image(public / file, _pixels(stimulus, size))
    for file, task in sorted(drawn.masks.items()):
        _write_image(public / file, masks[task])
    os.utime(public / IMAGES, (_FILE_TIME, _FILE_TIME))
    return public


def check_key(folder: Path, key: Path, forms: Iterable[str]) -> None:
    """Refuse a path for the key that another file of the study needs, or where no file can be written.

    Args:
        folder: of the study.
        key: where the key is to go.
        forms: names of all files that forms may have in the public folder.

    Raises:
        InputError: naming `--key`.
    """
    location, public = key.resolve(), (folder / PUBLIC).resolve()
    files = [public / IMAGES, *(public / name for name in (STUDY, *forms)), folder.resolve() / TEXTS_FILE]
    if key.is_dir() or location == (folder / PRIVATE).resolve() or any(location in file.parents for file in files):
        raise InputError(f"--key {key} is a folder; name a file, such as {key / KEY}")
    if needed := [file for file in files if file == location or file in location.parents]:
        raise InputError(f"--key {key} would take the place of {needed[0]}, which the study needs; name another file")
    if files_above := [parent for parent in key.parents if parent.exists() and not parent.is_dir()]:
        raise InputError(f"--key {key}: {files_above[0]} is no folder")


def check_writable(folder: Path, drawn: DrawnStudy, key: Path) -> None:
    """Refuse what would fail, before anything is written.

    Raises:
        InputError: if the folder or the key is of another study, whose answers would lose their meaning, or unreadable,
            the folder has images of an unknown study, or an edit is missing or damaged.
    """
    path, study_id = folder / PUBLIC / STUDY, drawn.study.study_id
    if path.is_file() and (found := read_study(path).study_id) != study_id:
        keyless = "" if key.is_file() else f"name its key by --key, for it is not at {key}; or "
        raise InputError(
            f"{path} is of another study ({found}, not {study_id}), and its answers need it; "
            f"{keyless}choose another --out, or delete the folder if nobody has answered"
        )
    if key.is_file() and (existing := read_key(key)) != drawn.key:
        other = f"another study ({existing.study_id}, not {study_id})"
        redrawn = f"study {study_id} as another version of this program drew it"
        raise InputError(
            f"{key} is the key of {redrawn if existing.study_id == study_id else other}, and its answers need it; "
            "choose another --out and --key"
        )
    if (images := path.parent / IMAGES).exists() and not path.exists():
        raise InputError(f"{images} has images, and no {STUDY} beside it says of which study; choose another --out")
    for edit in sorted({stimulus.path for stimulus in drawn.stimuli.values()}):
        if not edit.is_file():
            raise InputError(f"{edit}: no such file; edit again, or leave its method out by --methods")
        read_pixels(edit, drawn.study.size[0])


def _pixels(stimulus: Stimulus, size: int) -> Pixels:
    pixels = read_pixels(stimulus.path, size)
    return pixels if stimulus.shuffle_seed is None else shuffle_tiles(pixels, stimulus.shuffle_seed)


def _write_image(path: Path, pixels: Pixels) -> None:
    with replacing(path, durable=False) as temporary:
        temporary.write_bytes(stored_png(pixels, path.name.encode()))
        os.utime(temporary, (_FILE_TIME, _FILE_TIME))
