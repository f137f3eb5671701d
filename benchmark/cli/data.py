"""`bench data`: verify a dataset's files, and pack them ahead of a run."""

from __future__ import annotations

import sys
from functools import partial
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.command import Commands
from benchmark.cli.plugins import PluginOption, load_plugins
from registry.errors import InputError

if TYPE_CHECKING:
    from registry.options import Option

app = Commands(help="Verify and pack datasets.", no_args_is_help=True)


MANY = 10
"""Findings of one kind after which examples stand for them."""
EXAMPLES = 3


OPTION = "dataset.options."
"""How keys of `--set` begin here."""

DatasetOption = Annotated[str, typer.Option(help="Registered dataset.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An option of the dataset, e.g. dataset.options.label_set=lapa."),
]


@app.command("verify")
def _verify(
    data: Annotated[Path, typer.Option(help="Folder of the dataset's files.")],
    dataset: DatasetOption = "celebamask-hq",
    set_: Settings = None,
    json: Annotated[bool, typer.Option("--json", help="Every finding, as JSON.")] = False,
    plugin: PluginOption = None,
) -> None:
    """List what is missing, corrupt, duplicated or mislabelled in a dataset's folder, the rarest kinds first."""
    load_plugins(plugin)
    import pandas as pd

    from registry import DATASETS
    from registry.errors import plugin_boundary

    options = _options(dataset, set_)
    dataset_class = DATASETS.get(dataset)
    with plugin_boundary(f"{dataset_class.__name__}.verify", OSError):  # of files that are the user's
        findings = dataset_class.verify(data, **options)
    if json:
        # not by pandas, whose writer refuses file names that are not UTF-8
        print(dumps(findings.astype(object).where(findings.notna(), None).to_dict("records"), indent=2))
        return
    kinds = [rows for _, rows in findings.groupby(["problem", "kind"], sort=False)]
    for rows in sorted(kinds, key=len):
        shown = rows if len(rows) <= MANY else rows[:EXAMPLES]
        for face, problem, detail in zip(shown["face"], shown["problem"], shown["detail"], strict=True):
            print(f"{'-' if pd.isna(face) else face}\t{problem}\t{_printable(detail)}")
        if len(rows) > MANY:
            kind = f"{rows['problem'].iloc[0]}: {rows['kind'].iloc[0]}"
            print(f"…\t{len(rows) - EXAMPLES:,} more {kind}; --json lists them all")
    counts = findings["problem"].value_counts(ascending=True)
    print(", ".join(f"{count} {problem}" for problem, count in counts.items()) or "nothing wrong")


@app.command("pack")
def _pack(
    dataset: DatasetOption = "celebamask-hq",
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")] = None,
    size: Annotated[int, typer.Option(help="Side of the square images in pixels.")] = 64,
    set_: Settings = None,
    json: Annotated[bool, typer.Option("--json", help="What was used and left out, as JSON.")] = False,
    plugin: PluginOption = None,
) -> None:
    """Pack a dataset at a size; a run on celebamask-hq at that size, with no limit of faces, then finds it packed."""
    load_plugins(plugin)
    from benchmark.datasets.base import SPLITS
    from benchmark.evaluation.context import open_faces
    from benchmark.runtime.cache_folder import cache_folder, writable

    options, cache = _options(dataset, set_), writable(cache_folder(), "cache folder")
    faces = open_faces(dataset, data, size, options, cache, partial(print, file=sys.stderr))
    if json:
        content = {
            "folder": str(faces.packed.folder),
            "fingerprint": faces.fingerprint,
            "size": size,
            "used": {split: len(faces.rows(split)) for split in SPLITS},
            "left_out": [vars(files) for files in faces.left_out],
            "skipped": [vars(face) for face in faces.skipped],
            "lacks": dict(faces.lacks),
        }
        print(dumps(content, indent=2))
        return
    if faces.summary is not None:
        print(_printable(faces.summary), file=sys.stderr)
    counts = ", ".join(f"{len(faces.rows(split))} {split}" for split in SPLITS)
    print(f"{faces.packed.folder}: {counts} at {size}×{size}, {len(faces.skipped)} skipped")
    for skipped in faces.skipped:
        print(f"{_printable(str(skipped.face))}\t{_printable(skipped.reason)}")


def _options(dataset: str, assignments: list[str] | None) -> dict[str, Option]:
    """The options of a dataset's card, those of `--set dataset.options.NAME=VALUE` in place of their defaults."""
    from benchmark.config.resolve import resolve_evaluation
    from benchmark.config.sources import COMMAND, SET, ConfigSource, read_assignments
    from registry.catalogue import DATASET_CARDS

    if any(not word.strip().startswith(OPTION) for word in assignments or ()):
        raise InputError(f"{SET}: only options of the dataset can be set here, such as {OPTION}label_set=lapa")
    chosen = read_assignments(assignments or ())
    resolved = resolve_evaluation([ConfigSource({"dataset": {"name": dataset}}, COMMAND), chosen]).dataset.options
    given = chosen.content["dataset"]["options"] if chosen.content else {}
    return {**DATASET_CARDS.find(dataset).card.options, **{name: resolved[name] for name in given}}


def _printable(text: str) -> str:
    """The text with escapes for the bytes of a file name that is not UTF-8."""
    return text.encode(errors="backslashreplace").decode()
