"""`bench sweep`: methods × datasets × seeds, as many jobs at once as the machine bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import options
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import parse_seeds, print_plan, resolved, split_names
from benchmark.config.flags import flags_of
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.config.experiment import Experiment
    from benchmark.sweep.record import SweepRecord


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep", help="Run methods × datasets × seeds as jobs; goes on where it was stopped.")(_sweep)


@dataclass(frozen=True)
class Jobs:
    """How the jobs of a sweep are run.

    Attributes:
        runs: folder of all runs.
        places: how many at once.
        plugins: loaded by each.
        weights_dir: searched by each for the weights files of metrics.
        weights: `ID=FILE` words, for each.
    """

    runs: Path
    places: int
    plugins: Sequence[str]
    weights_dir: Path | None
    weights: Sequence[str]

    @property
    def words(self) -> list[str]:
        """Options of each job's command."""
        words = [word for each in self.plugins for word in ("--plugin", each)]
        words += ["--weights-dir", str(self.weights_dir)] if self.weights_dir is not None else []
        return words + [word for each in self.weights for word in ("--weights", each)]


def _sweep(
    methods: Annotated[str, typer.Option(metavar="NAME,NAME", help="Registered methods, with +VARIANT for variants.")],
    datasets: Annotated[str, typer.Option(metavar="NAME,NAME", help="Registered datasets.")] = "rendered-faces",
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]DIR", help="Folder of a dataset's files, named where there are several datasets."),
    ] = None,
    seeds: options.Seeds = "1",
    preset: options.Preset = None,
    config: options.Config = None,
    set_: options.Set = None,
    protocol: options.Protocols = None,
    limit: options.Limit = None,
    device: options.Device = None,
    weights_dir: options.WeightsDir = None,
    weights: options.WeightsFiles = None,
    runs: options.Runs = Path("runs"),
    jobs: options.Jobs = 1,
    plugin: PluginOption = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    load_plugins(plugin)
    from benchmark.config.experiment import over_seeds

    dataset_names = split_names(datasets)
    folders = _folders(data or [], dataset_names)
    asked = [
        resolved(
            flags_of(
                method,
                dataset,
                folders.get(dataset),
                preset=preset,
                device=device,
                limit=limit,
                protocols=protocol,
            ),
            config,
            set_ or [],
        )
        for dataset in dataset_names
        for method in split_names(methods)
    ]
    if not asked:
        raise InputError("--methods and --datasets name one each at least, several with commas")
    planned = [each for one in asked for each in over_seeds(one, parse_seeds("--seeds", seeds))]
    if dry_run:
        print_plan(planned, json)
        return
    finish(swept(planned, Jobs(runs, jobs, plugin or [], weights_dir, weights or []), runs / "sweep"), json)


def swept(experiments: Sequence[Experiment], jobs: Jobs, folder: Path) -> SweepRecord:
    """Run experiments as a sweep whose record and logs go to `folder`.

    Raises:
        InputError: if a folder cannot be written, or another sweep works there.
        Interrupted: if a stop was asked for.
    """
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter
    from benchmark.sweep.live_table import LiveTable
    from benchmark.sweep.sweep import sweep
    from benchmark.weights.locate import Weights

    writable(cache_folder(), "cache folder")
    writable(jobs.runs, "runs folder")
    return sweep(
        experiments,
        jobs.runs,
        writable(folder, "folder"),
        places=jobs.places,
        words=jobs.words,
        weights=Weights(jobs.weights_dir, options.named_weights(list(jobs.weights))),
        table=LiveTable(Reporter().console),
    )


def finish(record: SweepRecord, as_json: bool) -> None:
    """Print how the jobs ended, and exit with 1 if any failed."""
    from benchmark.cli.print_sweep import print_record

    print_record(record, as_json)
    if record.failed:
        raise typer.Exit(1)


def _folders(words: Sequence[str], datasets: Sequence[str]) -> dict[str, str]:
    """Folders by dataset."""
    folders = {}
    for word in words:
        name, sign, folder = word.partition("=")
        if sign and name in datasets:
            folders[name] = folder
        elif len(datasets) == 1:
            folders[datasets[0]] = word
        else:
            raise InputError(f"--data {word!r}: write which dataset's it is, e.g. --data {datasets[-1]}={word}")
    return folders
