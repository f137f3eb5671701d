"""`bench checkpoints`: which weights of methods were published, and what a file of weights fits."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.command import Commands
from benchmark.cli.options import Device
from benchmark.cli.plugins import PluginOption, load_plugins

app = Commands(help="Published weights of methods: which there are, and what a file fits.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def _list(json: JsonOption = False) -> None:
    """List the published weights of methods, and where their authors offer them; nothing is downloaded."""
    from benchmark.weights.published_checkpoints import published_checkpoints

    found = published_checkpoints()
    if json:
        print(json_format.dumps(found.model_dump(), indent=2, ensure_ascii=False))
        return
    for file in found.files:
        size = "" if file.megabytes is None else f"about {file.megabytes:.0f} MB"
        print("\t".join((file.method, file.network, file.file, size, file.page, file.licence)))
    for method, reason in found.none.items():
        print(f"{method}\tnone of faces: {reason}")


@app.command("check")
def _check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of weights, of whatever origin.")],
    method: Annotated[
        str | None, typer.Option(help="Only this method, with +VARIANT for one of its variants.", show_default="all")
    ] = None,
    device: Device = None,
    plugin: PluginOption = None,
    json: JsonOption = False,
) -> None:
    """Say which network of which method a file fills, every tensor used, and edit a rendered face with it."""
    load_plugins(plugin)
    from benchmark.editing.fitting_networks import fitting_networks, read_weights
    from registry.errors import InputError

    content = read_weights(file)
    try:
        fits = fitting_networks(content, method)
    except InputError as error:
        raise InputError(f"{file} ({content.described()}) {error}") from error
    from benchmark.editing.trial_edit import trial_edit

    first = fits[0]
    change = None
    if first.edits:
        before, after = trial_edit(file, first, device or "auto")
        change = float(abs(after.astype(int) - before).mean())
    if json:
        rows = [
            {"method": fit.candidate.label, "network": fit.network, "options": dict(fit.candidate.options)}
            for fit in fits
        ]
        shown = {"file": str(file), "content": content.described(), "fits": rows, "mean_change": change}
        print(json_format.dumps(shown, indent=2))
        return
    print(f"{file}: {content.described()}")
    for fit in fits:
        options = "".join(f" {name}={json_format.dumps(value)}" for name, value in fit.candidate.options.items())
        print(f"fits\t{fit.candidate.label}\t{fit.network}\tpreset paper{options}")
    if change is None:
        print("edits\tnothing: it is no network that makes edits")
    else:
        print(f"edits\ta rendered face of {first.candidate.size} pixels, by {change:.1f} of 255 levels on average")
