"""`bench run`, and its stages one by one: `train`, `edit`, `score`; `score` also of finished runs, or of folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli.options import RunOptions, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import experiment_of, parse_seed_range, print_plan
from benchmark.cli.together import leading
from methods.labels import FACE_PARSING_LABELS, LABELS, numbered
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.config.experiment import Experiment
    from benchmark.runs.run import Run
    from benchmark.runtime.processes import Processes
    from benchmark.runtime.progress import Reporter
    from benchmark.weights.locate import Weights


@dataclass(frozen=True)
class Request:
    """What a stage command is to do: the experiments, one per seed, where their files go, and who helps."""

    experiments: list[Experiment]
    runs: Path
    reporter: Reporter
    weights: Weights
    fresh: bool
    keep_weights: bool
    json: bool
    processes: Processes | None


def add_to(app: typer.Typer) -> None:
    """Add the stage commands."""
    _add(app, "run", "Train (or load), edit, score, and write the leaderboard beside the reference methods.", _run)
    _add(app, "train", "Train a method; does nothing where that is done.", _train)
    _add(app, "edit", "Edit every task of the protocols, training first where that is not done.", _edit)
    app.command("score", help=SCORES)(_score)


def _add(app: typer.Typer, name: str, summary: str, act: Callable[[Request], None]) -> None:
    @takes(RunOptions)
    def command(options: RunOptions) -> None:
        _do(act, options)

    app.command(name, help=summary)(command)


SCORES = "Score a method's edits, doing first what is not done; or add metrics to finished runs; or a folder of images."


@takes(RunOptions)
def _score(
    options: RunOptions,
    finished: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUNS",
            help="Finished runs, to which --metrics are added from their files alone: run folders, folders of runs, or "
            "globs.",
            show_default=False,
        ),
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="Score this folder or zip of images, by --metrics alone, instead of a method.")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            help="Real images to compare --images with: a folder, a zip, or their statistics in an .npz file."
        ),
    ] = None,
    masks: Annotated[
        Path | None, typer.Option(help="Folder of label maps that --images were to show, of the same names.")
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="SET",
            help=f"How --masks say labels: celebamask-hq ({numbered(LABELS)}), face-parsing "
            f"({numbered(FACE_PARSING_LABELS)}), palette, the dataset's colours, lapa, helen, or your own YAML file.",
            show_default="celebamask-hq",
        ),
    ] = None,
    save_stats: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.npz", help="Write the statistics of --images, which pytorch-fid reads, and --reference takes."
        ),
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", help="Read sub-folders of the folders too.")] = False,
    match: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Only --images that it matches; reference=GLOB and masks=GLOB for the other folders. May be repeated.",
            show_default=False,
        ),
    ] = None,
    suffix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help="Only --images whose names end in it, such as _fake_B, which is then no part of the name; "
            "reference=TEXT and masks=TEXT for the other folders. May be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    if finished:
        from benchmark.cli.score_again import score_again

        with leading(options) as processes:
            if images is not None:
                raise InputError("RUNS are finished runs, --images is a folder of images: give one")
            score_again(finished, options, processes)
        return
    if images is not None:
        from benchmark.cli.score_images import Folders, score_images

        with leading(options) as processes:
            if processes is not None:
                raise InputError("one process scores --images; start bench score --images without torchrun")
        folders = Folders(images, reference, masks, save_stats, recursive, match or (), suffix or (), labels)
        score_images(folders, options)
        return
    of_folders = {
        "reference": reference,
        "masks": masks,
        "save-stats": save_stats,
        "labels": labels,
        "recursive": recursive,
        "match": match,
        "suffix": suffix,
    }
    for name, value in of_folders.items():
        if value:
            raise InputError(f"--{name} goes with --images FOLDER, not with a method's run")
    _do(_score_runs, options)


def _do(act: Callable[[Request], None], options: RunOptions) -> None:
    with leading(options) as processes:
        _do_with(processes, act, options)


def _do_with(processes: Processes | None, act: Callable[[Request], None], options: RunOptions) -> None:
    load_plugins(options.plugin)
    from benchmark.config.experiment import over_seeds

    experiment = experiment_of(
        options,
        options.method,
        options.dataset,
        options.data,
        checkpoint=str(options.checkpoint) if options.checkpoint else None,
        network=options.network,
        budget=options.budget,
    )
    seeds = None if options.seed is None else parse_seed_range("--seed", options.seed)
    experiments = [experiment] if seeds is None else over_seeds(experiment, seeds)
    if options.dry_run:
        print_plan(experiments, options.json)
        return
    from benchmark.runtime.progress import Reporter

    act(
        Request(
            experiments,
            options.runs,
            Reporter(),
            options.find_weights(),
            options.fresh,
            options.keep_weights,
            options.json,
            processes,
        )
    )


def _run(request: Request) -> None:
    from benchmark.cli.print_results import print_results
    from benchmark.pipeline.run_all import run_all
    from benchmark.runtime.cache_folder import cache_folder, writable

    writable(request.runs, "runs folder")
    cache = writable(cache_folder(), "cache folder")
    results = run_all(
        request.experiments,
        request.runs,
        cache,
        request.reporter,
        weights=request.weights,
        fresh=request.fresh,
        keep_weights=request.keep_weights,
        processes=request.processes,
    )
    print_results(results, request.json)


def _train(request: Request) -> None:
    for run in _runs(request):
        run.train()


def _edit(request: Request) -> None:
    for run in _runs(request):
        run.edit()


def _score_runs(request: Request) -> None:
    from benchmark.cli.print_results import print_results
    from benchmark.pipeline.run_all import write_run_pages

    results = [run.score() for run in _runs(request)]
    write_run_pages((experiment.folder(request.runs) for experiment in request.experiments), request.reporter)
    print_results(results, request.json)


def _runs(request: Request) -> Iterator[Run]:
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.runs.choose_run import choose_run
    from benchmark.runs.lock import working_on
    from benchmark.runtime.cache_folder import cache_folder, writable

    cache = writable(cache_folder(), "cache folder")
    evaluation = request.experiments[0].evaluation
    context = EvaluationContext(evaluation, cache, request.reporter, request.weights, request.processes)
    for experiment in request.experiments:
        with working_on(experiment.folder(request.runs), request.reporter):
            yield choose_run(experiment, context, request.runs, fresh=request.fresh, keep_weights=request.keep_weights)
