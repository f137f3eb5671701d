"""The gallery: every edit of every method over all tasks, as a page that opens from disk, with its files beside it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmark.results.comparability import SHORT_HASH
from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.atomic_files import replacing_folder, write_text_atomically
from benchmark.runtime.cache_folder import writable
from benchmark.runtime.progress import Reporter
from registry.catalogue import DATASET_CARDS
from registry.errors import InputError
from reports.gallery.data_files import BLOCK, data_files
from reports.gallery.sections import Section, ShownMethod, find_sections
from reports.gallery.thumbnails import folder_name, write_thumbnails
from reports.rendering.html_page import render_page

PAGE: Final = "gallery.html"
FILES: Final = "gallery-files"
"""The folder beside the page: thumbnails in `pictures`, and in `data` the scripts of the page."""
TITLE: Final = "Gallery of face edits"


def write_gallery(runs: Sequence[FinishedRun], out: Path, reporter: Reporter) -> Path:
    """Write `gallery.html` and `gallery-files`, atomically, and go on with thumbnails that a stopped writing left.

    The page names its data by their content: a page that is open while the gallery is written anew never shows figures
    of one writing beside pictures of another.

    Args:
        runs: results with the `result.json` that each was read from, edits and scores beside it.
        out: folder to write to, created where it is missing.
        reporter: shows progress, and says which protocols have no edits here.

    Returns:
        The page.

    Raises:
        InputError: if no run has edits that can be shown, or the folder cannot be written to.
    """
    sections, reasons = find_sections(runs, ScoreFiles())
    for reason in reasons:
        reporter.say(reason)
    if not sections:
        raise InputError("there are no edits beside these results: name the runs folder they were made in by --runs")
    writable(out, "folder")  # only now, so that results without edits leave no empty folder
    pictures = [
        [folder_name(method.run, section.protocol, method.edits) for method in section.methods] for section in sections
    ]
    has = _write_pictures(sections, pictures, out / FILES / "pictures", reporter)
    files = dict(file for place, section in enumerate(sections) for file in data_files(section, place, has[place]))
    version = hashlib.sha256("".join(files.values()).encode()).hexdigest()[:SHORT_HASH]
    data = out / FILES / "data"
    _write_data(data / version, files)
    site = {
        "data": f"{FILES}/data/{version}",
        "pictures": f"{FILES}/pictures",
        "block": BLOCK,
        "sections": [_facts(*section) for section in zip(sections, pictures, has, strict=True)],
    }
    page = render_page(
        "gallery/gallery.html.j2", title=TITLE, site=site, licences=_licences(sections), not_shown=reasons
    )
    write_text_atomically(out / PAGE, page)
    for old in data.iterdir():
        if old.name != version and not old.name.startswith("."):  # a folder that is being written has a dot
            shutil.rmtree(old, ignore_errors=True)
    return out / PAGE


def _write_pictures(
    sections: Sequence[Section], pictures: Sequence[Sequence[str]], out: Path, reporter: Reporter
) -> list[list[list[bool]]]:
    """Write all thumbnails; by section and method, of each task whether it has one."""
    done = 0
    total = sum(len(section.tasks) * len(section.methods) for section in sections)
    with reporter.bar("thumbnails", total) as bar:

        def advance(more: int) -> None:
            nonlocal done
            done += more
            bar(done)

        return [
            [
                write_thumbnails(method.edits, section.tasks["task"].tolist(), out / folder, advance)
                for method, folder in zip(section.methods, folders, strict=True)
            ]
            for section, folders in zip(sections, pictures, strict=True)
        ]


def _write_data(folder: Path, files: Mapping[str, str]) -> None:
    """Write the scripts; a folder of this content that is there is whole."""
    if folder.exists():
        return
    with replacing_folder(folder) as temporary:
        for name, content in files.items():
            path = temporary / f"{name}.js"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")


def _facts(section: Section, pictures: Sequence[str], has: Sequence[Sequence[bool]]) -> dict[str, Any]:
    """What the page must know of a section when it opens, however many tasks it has."""
    numbers = section.tasks["task"].tolist()
    missing = [(method.title, len(of) - sum(of)) for method, of in zip(section.methods, has, strict=True)]
    return {
        "id": section.id,
        "title": section.title,
        "size": section.size,
        "count": len(numbers),
        "numbers": None if numbers == list(range(len(numbers))) else numbers,
        "methods": [
            {
                "title": method.title,
                "kind": method.kind,
                "given": method.given,
                "said": _said(method),
                "pictures": folder,
            }
            for method, folder in zip(section.methods, pictures, strict=True)
        ],
        "metrics": [
            {"title": facts.title, "unit": facts.unit, "decimals": facts.decimals, "direction": facts.direction}
            for facts in section.metrics.values()
        ],
        "requests": [{"by": groups.by, "values": groups.names} for groups in section.requests],
        "subgroups": [{"by": groups.by, "values": groups.names} for groups in section.subgroups],
        "notes": [
            *section.notes,
            *(f"{title} has no picture of {count:,} of {len(numbers):,} tasks." for title, count in missing if count),
        ],
    }


def _said(method: ShownMethod) -> str:
    """What else a column's heading says."""
    result = method.run.result
    return f"{result.preset}, seed {result.seed}" if result.kind == "learned" else "reference method"


def _licences(sections: Sequence[Section]) -> list[tuple[str, str]]:
    """The datasets whose faces the pictures show, each with the licence that its card names."""
    cards = {entry.card.name: entry.card for entry in DATASET_CARDS}
    return [
        (cards[name].title, cards[name].licence) if name in cards else (name, "not known here")
        for name in dict.fromkeys(section.dataset for section in sections)
    ]
