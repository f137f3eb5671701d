"""`bench data`: verify a dataset's files, and pack them ahead of a run."""

from __future__ import annotations

import sys
from functools import partial
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.command import Commands
from benchmark.cli.plugins import PluginOption, load_plugins

app = Commands(help="Verify and pack datasets.", no_args_is_help=True)


MANY = 10
"""Findings of one kind after which examples stand for them."""
EXAMPLES = 3


@app.command("verify")
def _verify(
    data: Annotated[Path, typer.Option(help="Folder of CelebAMask-HQ.")],
    json: Annotated[bool, typer.Option("--json", help="Every finding, as JSON.")] = False,
) -> None:
    """List what is missing, corrupt, duplicated or mislabelled in a CelebAMask-HQ folder, the rarest kinds first."""
    import pandas as pd

    from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq

    findings = verify_celebamask_hq(data)
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
    dataset: Annotated[str, typer.Option(help="Registered dataset.")] = "celebamask-hq",
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")] = None,
    size: Annotated[int, typer.Option(help="Side of the square images in pixels.")] = 64,
    plugin: PluginOption = None,
) -> None:
    """Pack a dataset at a size; a run on celebamask-hq at that size, with no limit of faces, then finds it packed."""
    load_plugins(plugin)
    from benchmark.datasets.base import SPLITS
    from benchmark.evaluation.context import open_faces
    from benchmark.runtime.cache_folder import cache_folder, writable
    from registry.catalogue import DATASET_CARDS

    cache, options = writable(cache_folder(), "cache folder"), DATASET_CARDS.find(dataset).card.options
    faces = open_faces(dataset, data, size, options, cache, partial(print, file=sys.stderr))
    counts = ", ".join(f"{len(faces.rows(split))} {split}" for split in SPLITS)
    print(f"{faces.packed.folder}: {counts} at {size}×{size}, {len(faces.skipped)} skipped")
    for skipped in faces.skipped:
        print(f"{_printable(str(skipped.face))}\t{_printable(skipped.reason)}")


def _printable(text: str) -> str:
    """The text with escapes for the bytes of a file name that is not UTF-8."""
    return text.encode(errors="backslashreplace").decode()
