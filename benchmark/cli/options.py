"""The options that the stage commands share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.errors import InputError

Method = Annotated[str | None, typer.Option(help="Registered method, with +VARIANT for one of its variants.")]
Dataset = Annotated[str | None, typer.Option(help="Registered dataset. [default: rendered-faces]")]
Data = Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")]
Preset = Annotated[str | None, typer.Option(help="Sizes and budgets. [default: demo]")]
Config = Annotated[Path | None, typer.Option(help="YAML file of settings.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. options.ngf=32.")]
Protocols = Annotated[list[str] | None, typer.Option(help="Only this protocol; may be repeated.")]
Seed = Annotated[str | None, typer.Option(help="Training seed, or a range such as 0..4. [default: 0]")]
Seeds = Annotated[str, typer.Option(help="How many training seeds, or a range such as 0..2.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many run at once; processor threads are divided among them.")]
Limit = Annotated[int | None, typer.Option(help="At most so many tasks a protocol.")]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 … [default: auto]")]
Checkpoint = Annotated[Path | None, typer.Option(help="Published weights to load instead of training.")]
Network = Annotated[str | None, typer.Option(help="Which network the checkpoint fills.")]
Runs = Annotated[Path, typer.Option(help="Folder of all runs.")]
RunGlobs = Annotated[
    list[str] | None,
    typer.Option(
        "--runs",
        metavar="GLOB",
        help="Folder of runs, or a glob of run folders or result files; may be repeated. [default: runs]",
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh/--resume", help="Begin anew, or go on.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the resolved configuration and stop.")]
StudyKey = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The study's key, where it was put elsewhere.")
]
Json = Annotated[bool, typer.Option("--json", help="Results as JSON on stdout.")]
WeightsDir = Annotated[Path | None, typer.Option(help="Folder of the weights files that metrics need.")]
WeightsFiles = Annotated[
    list[str] | None,
    typer.Option("--weights", metavar="ID=FILE", help="A metric's weights file, whatever its hash; may be repeated."),
]


def named_weights(words: list[str] | None) -> dict[str, Path]:
    """Files by id from `ID=FILE` words.

    Raises:
        InputError: if a word is none.
    """
    found: dict[str, Path] = {}
    for word in words or ():
        id, sign, file = word.partition("=")
        if not (id and sign and file):
            raise InputError(f"--weights {word!r}: write ID=FILE, e.g. --weights inception-fid=inception.pth")
        found[id] = Path(file)
    return found


@dataclass(frozen=True)
class CommandOptions:
    """What was written after a stage command; None where nothing was."""

    method: str | None
    dataset: str | None
    data: Path | None
    preset: str | None
    config: Path | None
    set_: list[str] | None
    protocol: list[str] | None
    seed: str | None
    limit: int | None
    device: str | None
    checkpoint: Path | None
    network: str | None
    weights_dir: Path | None
    weights: list[str] | None
    runs: Path
    fresh: bool
    plugin: list[str] | None
    dry_run: bool
    json: bool

    @classmethod
    def among(cls, given: Mapping[str, Any]) -> CommandOptions:
        """The words among a command's arguments."""
        return cls(**{each.name: given[each.name] for each in fields(cls)})
