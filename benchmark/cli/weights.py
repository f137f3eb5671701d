"""`bench weights`: list, fetch and verify the published weights files that metrics need."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmark.cli.command import Commands

app = Commands(help="List, fetch and verify published weights files.", no_args_is_help=True)

FolderOption = Annotated[Path | None, typer.Option(help="Folder of weights files, looked in first.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def _list(weights_dir: FolderOption = None, json: JsonOption = False) -> None:
    """List the files, what needs them, and where each was found; their hashes are not checked."""
    from benchmark.weights.locate import Weights, manifest

    weights = Weights(weights_dir)
    rows = [file.model_dump() | {"path": _text(next(weights.places(file), None))} for file in manifest().values()]
    if json:
        print(json_format.dumps(rows, indent=2))
        return
    for row in rows:
        size = "" if row["bytes"] is None else f"{row['bytes'] / 1e6:.0f} MB"
        print(f"{row['id']}\t{row['title']}\t{size}\t{row['path'] or 'absent'}")


@app.command("fetch")
def _fetch(
    id: Annotated[str, typer.Argument(help="As `bench weights list` names it.")],
) -> None:
    """Fetch a file into this project's cache; a fetch that was cut off goes on from where it was."""
    from benchmark.runtime.cache_folder import writable
    from benchmark.runtime.progress import Reporter
    from benchmark.weights.download import download
    from benchmark.weights.locate import published, weights_cache
    from registry.errors import InputError

    wanted = published(id)
    if wanted.url is None or wanted.sha256 is None:
        origin = "is yours" if wanted.package is None else "comes in a Python package"
        raise InputError(f"{wanted.file} {origin}: {wanted.remedy}")
    path = writable(weights_cache(), "cache folder") / wanted.file
    with Reporter().counting(f"fetch {wanted.file}") as count:
        download(wanted.url, path, wanted.sha256, count=count)
    print(path)


@app.command("verify")
def _verify(weights_dir: FolderOption = None, json: JsonOption = False) -> None:
    """Say of each file whether it is the published one, absent, or another; exit code 1 if one is another."""
    from benchmark.weights.locate import Weights, WeightsMissing, WeightsRefused, manifest

    weights = Weights(weights_dir)
    rows: list[dict[str, Any]] = []
    for id in manifest():
        try:
            found = weights.find(id)
            rows.append(
                {
                    "id": id,
                    "state": "published" if found.published else "unverified",
                    "path": str(found.path),
                    "detail": found.sha256,
                }
            )
        except WeightsRefused as error:
            rows.append({"id": id, "state": "wrong", "path": str(error.path), "detail": str(error)})
        except WeightsMissing as error:
            rows.append({"id": id, "state": "absent", "path": None, "detail": str(error)})
    if json:
        print(json_format.dumps(rows, indent=2))
    else:
        for row in rows:
            print("\t".join(filter(None, (row["id"], row["state"], row["path"], row["detail"]))))
    if any(row["state"] == "wrong" for row in rows):
        raise typer.Exit(1)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
