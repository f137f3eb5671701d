"""`bench photo`: the face of a photograph, edited by several methods and put back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Device, Runs, WeightsFiles, named_weights
from benchmark.cli.plugins import PluginOption, load_plugins


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("photo", help="Edit the face of a photograph by several methods, and put each edit back.")(_photo)


def _photo(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The photograph.")],
    method: Annotated[
        list[str] | None,
        typer.Option(help="A method with a finished run, its run folder, or one that needs no run; may be repeated."),
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=0|1", help="What the face is to have, e.g. Smiling=1; may be repeated."),
    ] = None,
    strength: Annotated[float, typer.Option(help="How far the edit is to go: 0 not at all, 1 all the way.")] = 1.0,
    mask: Annotated[Path | None, typer.Option(help="Label map that the aligned face is to have.")] = None,
    style: Annotated[
        Path | None,
        typer.Option(help="Photograph of another face, which lends the attribute, or its style where none is named."),
    ] = None,
    hide: Annotated[
        Path | None,
        typer.Option(help="Picture, white where the face is to be filled anew, over the photograph or aligned face."),
    ] = None,
    face: Annotated[int, typer.Option(help="Which of several faces; the largest is 1.")] = 1,
    face_mask: Annotated[
        Path | None, typer.Option(help="Label map of the aligned face, in place of the parser's.")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="How label maps say their labels.", show_default="celebamask-hq")
    ] = None,
    runs: Runs = Path("runs"),
    dataset: Annotated[str | None, typer.Option(help="The dataset, where methods have runs on several.")] = None,
    out: Annotated[Path, typer.Option(help="Folder that takes the pictures.")] = Path("photo"),
    device: Device = None,
    weights: WeightsFiles = None,
    plugin: PluginOption = None,
) -> None:
    load_plugins(plugin)
    from benchmark.photographs.photo import photo
    from benchmark.photographs.request import parse_attributes

    edits = photo(
        image,
        method or (),
        attributes=parse_attributes(attribute or ()),
        strength=strength,
        mask=mask,
        style=style,
        hide=hide,
        face=face,
        face_mask=face_mask,
        labels=labels,
        runs=runs,
        dataset=dataset,
        device=device or "auto",
        weights=named_weights(weights),
        out=out,
    )
    for label, edit in edits.edits.items():
        if edit.reason is not None:
            print(f"bench: {label} cannot do this edit: {edit.reason}", file=sys.stderr)
    if not edits.edits:
        print("bench: no edit was asked for: give --attribute, --mask, --style or --hide", file=sys.stderr)
    print(out / "sheet.png")
