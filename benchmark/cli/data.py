"""`bench data`: verify a dataset's files, and pack them ahead of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.plugins import PluginOption, load_plugins

app = typer.Typer(help="Verify and pack datasets.", no_args_is_help=True)


@app.command("verify")
def _verify(
    data: Annotated[Path, typer.Option(help="Folder of CelebAMask-HQ.")],
    json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """List the faces of a CelebAMask-HQ folder that are missing, corrupt, duplicated or mislabelled."""
    from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq

    findings = verify_celebamask_hq(data)
    if json:
        print(findings.to_json(orient="records", indent=2))
        return
    for row in findings.itertuples():
        print(f"{row.face}\t{row.problem}\t{row.detail}")
    counts = findings["problem"].value_counts()
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
    from benchmark.evaluation.context import faces_folder
    from benchmark.runtime.cache_folder import cache_folder, writable
    from registry import DATASETS
    from registry.catalogue import DATASET_CARDS
    from registry.errors import plugin_boundary

    cache = faces_folder(writable(cache_folder(), "cache folder"), dataset)
    dataset_class = DATASETS.get(dataset)
    with plugin_boundary(f"{dataset_class.__name__}.__init__"):
        faces = dataset_class(root=data, size=size, cache=cache, **DATASET_CARDS.find(dataset).card.options)
    counts = ", ".join(f"{len(faces.rows(split))} {split}" for split in SPLITS)
    print(f"{faces.packed.folder}: {counts} at {size}×{size}, {len(faces.skipped)} skipped")
    for skipped in faces.skipped:
        print(f"{skipped.face}\t{skipped.reason}")
