"""The options that commands share, each declared once: command lines and what functions get are derived from here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from benchmark.cli.plugins import PluginOption
from benchmark.runtime.home_folder import expanded
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.weights.locate import Weights

Method = Annotated[str | None, typer.Option(help="Registered method, with +VARIANT for one of its variants.")]
Dataset = Annotated[str | None, typer.Option(help="Registered dataset.", show_default="rendered-faces")]
Data = Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")]
Preset = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="Sizes and budgets, or a file of your own.", show_default="demo")
]
Config = Annotated[Path | None, typer.Option(help="YAML file of settings.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. options.ngf=32.")]
Protocols = Annotated[list[str] | None, typer.Option(help="Only this protocol; may be repeated.")]
Metrics = Annotated[
    str | None,
    typer.Option(metavar="NAME,NAME", help="Metrics to show after each protocol's own.", show_default="none"),
]
Seed = Annotated[str | None, typer.Option(help="Training seed, or a range such as 0..4.", show_default="0")]
Seeds = Annotated[str, typer.Option(help="How many training seeds, or a range such as 0..2.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="How many run at once; this machine's processor threads are divided among them.",
        show_default="1, or all that a cluster has room for",
    ),
]
LauncherName = Annotated[
    str, typer.Option(metavar="NAME", help="Where jobs run: local, this machine, or a cluster: ray, slurm.")
]
Address = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Ray cluster, or auto for this machine's.", show_default="started here"),
]
JobRequests = Annotated[
    list[str] | None,
    typer.Option(
        "--request",
        metavar="KEY=VALUE",
        help="What each job asks a cluster for: cpus=4, gpus=1, memory_gb=16 (Ray), partition=gpu, time=240 (Slurm) …; "
        "may be repeated.",
    ),
]
StorageAddress = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where finished runs are kept beside --runs, such as s3://bucket/study; those missing here are fetched.",
    ),
]
Limit = Annotated[int | None, typer.Option(help="At most so many tasks per protocol.")]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 …", show_default="auto")]
Checkpoint = Annotated[
    Path | None,
    typer.Option(help="Weights to load instead of training: a published file, or a run's checkpoints/STAGE.pth."),
]
Network = Annotated[
    str | None,
    typer.Option(metavar="[KEY:]ROLE", help="Which network the checkpoint fills, after its key in a file of several."),
]
Runs = Annotated[Path, typer.Option(help="Folder of all runs.")]
OnlyProtocol = Annotated[str | None, typer.Option(help="Only this protocol.")]
OnlyDataset = Annotated[str | None, typer.Option(help="Only this dataset.")]
OnlyMethods = Annotated[
    str | None, typer.Option(metavar="A,B", help="Only these learned methods; reference methods stay.")
]
RunGlobs = Annotated[
    list[str] | None,
    typer.Option(
        "--runs",
        metavar="GLOB",
        help="Folder of runs, or a glob of run folders or result files; may be repeated.",
        show_default="runs",
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="What the training may cost, not as long as the preset says: 300cpu-s, 30gpu-min, 2e15flop, 200k-images.",
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh/--resume", help="Begin anew, or go on.")]
KeepWeights = Annotated[
    bool, typer.Option("--keep-weights", help="Go on with weights that other code trained; the result says so.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the resolved configuration and stop.")]
StudyKey = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The study's key, where it was put elsewhere.")
]
Json = Annotated[bool, typer.Option("--json", help="Results as JSON on stdout.")]
WeightsDir = Annotated[Path | None, typer.Option(help="Folder of the weights files that metrics and losses need.")]
WeightsFiles = Annotated[
    list[str] | None,
    typer.Option("--weights", metavar="ID=FILE", help="A weights file, whatever its hash; may be repeated."),
]


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """What every command that runs experiments takes; None where nothing was written."""

    preset: Preset = None
    config: Config = None
    set_: Set = None
    protocol: Protocols = None
    metrics: Metrics = None
    limit: Limit = None
    device: Device = None
    weights_dir: WeightsDir = None
    weights: WeightsFiles = None
    runs: Runs = Path("runs")
    plugin: PluginOption = None
    dry_run: DryRun = False
    json: Json = False

    def find_weights(self) -> Weights:
        """The places where weights files of metrics are looked for.

        Raises:
            InputError: if what follows `--weights` is no `ID=FILE`.
        """
        from benchmark.weights.locate import Weights

        return Weights(self.weights_dir, named_weights(self.weights))


@dataclass(frozen=True, kw_only=True)
class RunOptions(CommandOptions):
    """What the stage commands take: the method and the dataset of a run beside what all take."""

    method: Method = None
    dataset: Dataset = None
    data: Data = None
    seed: Seed = None
    budget: Budget = None
    checkpoint: Checkpoint = None
    network: Network = None
    fresh: Fresh = False
    keep_weights: KeepWeights = False


@dataclass(frozen=True, kw_only=True)
class SweepOptions(CommandOptions):
    """What commands take that start jobs: what each may cost, how many at once, where, with what, and for where."""

    budget: Budget = None
    jobs: Jobs = None
    launcher: LauncherName = "local"
    address: Address = None
    request: JobRequests = None
    storage: StorageAddress = None


def takes(options_type: type[CommandOptions]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn a function into a command that has every option of a dataclass in place of the parameter `options`.

    Args:
        options_type: its fields become options of the command, after the function's other parameters.
    """
    hints = get_type_hints(options_type, include_extras=True)
    defaults = {field.name: field.default for field in fields(options_type)}
    # a subclass's own fields first: the method stands before what all commands take
    own = [name for name in defaults if name not in {field.name for field in fields(CommandOptions)}]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=hints[name])
        for name in dict.fromkeys([*own, *defaults])
    ]

    def decorated(function: Callable[..., None]) -> Callable[..., None]:
        types = get_type_hints(function, include_extras=True)
        parameters = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=types[name])
            for name, parameter in inspect.signature(function).parameters.items()
            if name != "options"
        ]

        def command(**given: Any) -> None:
            options = options_type(**{name: given.pop(name) for name in defaults})
            function(**given, options=options)

        signature = inspect.Signature([*parameters, *shared])
        command.__signature__ = signature  # type: ignore[attr-defined]  # typer reads a command's options from it
        return command

    return decorated


def named_weights(words: list[str] | None) -> dict[str, Path]:
    """Files by id from `ID=FILE` words."""
    found: dict[str, Path] = {}
    for word in words or ():
        id, sign, file = word.partition("=")
        if not (id and sign and file):
            raise InputError(f"--weights {word!r}: write ID=FILE, e.g. --weights inception-fid=inception.pth")
        found[id] = expanded(file)
    return found
