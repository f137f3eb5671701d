"""`bench sweep`: methods × datasets × seeds, as many jobs at once as the machine bears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.options import CommandOptions, Seeds, SweepOptions, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import experiment_of, parse_seeds, print_plan, split_names
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.config.experiment import Experiment
    from benchmark.sweep.record import SweepRecord
    from benchmark.sweep.storage import Storage


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep", help="Run methods × datasets × seeds as jobs; goes on where it was stopped.")(_sweep)


@takes(SweepOptions)
def _sweep(
    options: SweepOptions,
    methods: Annotated[str, typer.Option(metavar="NAME,NAME", help="Registered methods, with +VARIANT for variants.")],
    datasets: Annotated[str, typer.Option(metavar="NAME,NAME", help="Registered datasets.")] = "rendered-faces",
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]DIR", help="Folder of a dataset's files, named where there are several datasets."),
    ] = None,
    seeds: Seeds = "1",
) -> None:
    load_plugins(options.plugin)
    from benchmark.config.experiment import over_seeds

    dataset_names = split_names(datasets)
    folders = _folders(data or [], dataset_names)
    experiments = [
        experiment_of(options, method, dataset, folders.get(dataset), budget=options.budget)
        for dataset in dataset_names
        for method in split_names(methods)
    ]
    if not experiments:
        raise InputError("--methods and --datasets name one each at least, several with commas")
    numbers = parse_seeds("--seeds", seeds)
    planned = [seeded for experiment in experiments for seeded in over_seeds(experiment, numbers)]
    if options.dry_run:
        print_plan(planned, options.json)
        return
    storage, folder = storage_of(options), options.runs / "sweep"
    finish(swept(planned, options, folder, storage), folder, options.json, storage)


def storage_of(options: SweepOptions) -> Storage | None:
    """Where finished runs come from and go to beside the folder of runs; None where nothing was said.

    Raises:
        InputError: if there is no such place, or nothing can be written there.
    """
    if options.storage is None:
        return None
    from benchmark.sweep.object_store import ObjectStore
    from benchmark.sweep.storage import Storage

    return Storage(ObjectStore(options.storage), options.runs)


def swept(
    experiments: Sequence[Experiment], options: SweepOptions, folder: Path, storage: Storage | None
) -> SweepRecord:
    """Run experiments as a sweep whose record and logs go to `folder`.

    Args:
        experiments: fully resolved, to be computed alike.
        options: of the command; each job gets those that no experiment holds.
        folder: created where absent.
        storage: as `sweep` takes it.

    Raises:
        InputError: if a folder cannot be written, another sweep works there, or jobs cannot be started where they
            should.
        Interrupted: if a stop was requested.
    """
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter
    from benchmark.sweep.choose_launcher import LauncherChoice, choose_launcher
    from benchmark.sweep.live_table import LiveTable
    from benchmark.sweep.sweep import sweep

    writable(cache_folder(), "cache folder")
    writable(options.runs, "runs folder")
    table = LiveTable(Reporter().console)
    choice = LauncherChoice(options.launcher, options.address, options.request or ())
    return sweep(
        experiments,
        options.runs,
        writable(folder, "folder"),
        max_parallel_jobs=options.jobs,
        words=_job_options(options),
        weights=options.find_weights(),
        table=table,
        launcher=choose_launcher(choice, experiments[0].evaluation.compute, folder, table.say),
        storage=storage,
    )


def _job_options(options: CommandOptions) -> list[str]:
    """The options that each job's command repeats: plug-ins, and where weights files are."""
    words = [word for plugin in options.plugin or () for word in ("--plugin", plugin)]
    words += ["--weights-dir", str(options.weights_dir)] if options.weights_dir is not None else []
    return words + [word for named in options.weights or () for word in ("--weights", named)]


def finish(record: SweepRecord, folder: Path, as_json: bool, storage: Storage | None) -> None:
    """Print how the jobs ended, store the pages that were written, and exit with 1 if any job failed.

    Args:
        record: of the sweep.
        folder: of its files.
        as_json: whether to print the record as JSON.
        storage: keeps finished runs and pages; None where nothing was said.

    Raises:
        InputError: if something cannot be stored.
    """
    from benchmark.cli.print_sweep import print_record

    print_record(record, as_json)
    if storage is not None:
        storage.keep_pages(dict.fromkeys(job.dataset for job in record.jobs), folder)
        if storage.not_stored:
            first, *_ = storage.not_stored.values()
            raise InputError(
                f"finished runs that are not stored: {len(storage.not_stored)}, of which the first: {first}"
            )
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
