"""`bench run`, and its stages one by one: `train`, `edit`, `score`; `score` also of two folders of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.cli import options
from benchmark.cli.options import CommandOptions
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import parse_seed_range, print_plan, resolved
from benchmark.config.flags import flags_of
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.config.experiment import Experiment
    from benchmark.runs.run import Run
    from benchmark.runtime.progress import Reporter
    from benchmark.weights.locate import Weights


@dataclass(frozen=True)
class Request:
    """What a stage command was asked: the experiments, one a seed, and where their files go."""

    experiments: list[Experiment]
    runs: Path
    reporter: Reporter
    weights: Weights
    fresh: bool
    json: bool


def add_to(app: typer.Typer) -> None:
    """Add the stage commands."""
    _add(app, "run", "Train (or load), edit, score, and write the leaderboard beside the reference methods.", _run)
    _add(app, "train", "Train a method; does nothing where that is done.", _train)
    _add(app, "edit", "Edit every task of the protocols, training first where that is not done.", _edit)
    app.command("score", help="Score a method's edits, doing first what is not done; or a folder of images.")(_score)


def _add(app: typer.Typer, name: str, summary: str, act: Callable[[Request], None]) -> None:
    def command(
        method: options.Method = None,
        dataset: options.Dataset = None,
        data: options.Data = None,
        preset: options.Preset = None,
        config: options.Config = None,
        set_: options.Set = None,
        protocol: options.Protocols = None,
        seed: options.Seed = None,
        limit: options.Limit = None,
        device: options.Device = None,
        checkpoint: options.Checkpoint = None,
        network: options.Network = None,
        weights_dir: options.WeightsDir = None,
        weights: options.WeightsFiles = None,
        runs: options.Runs = Path("runs"),
        fresh: options.Fresh = False,
        plugin: PluginOption = None,
        dry_run: options.DryRun = False,
        json: options.Json = False,
    ) -> None:
        _do(act, CommandOptions.among(locals()))

    app.command(name, help=summary)(command)


def _score(
    images: Annotated[Path | None, typer.Option(help="Score this folder of images instead of a method.")] = None,
    reference: Annotated[Path | None, typer.Option(help="Folder of real images to compare --images with.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Folder of label maps that --images were to show.")] = None,
    metrics: Annotated[str | None, typer.Option(help="Metrics of --images, with commas.")] = None,
    method: options.Method = None,
    dataset: options.Dataset = None,
    data: options.Data = None,
    preset: options.Preset = None,
    config: options.Config = None,
    set_: options.Set = None,
    protocol: options.Protocols = None,
    seed: options.Seed = None,
    limit: options.Limit = None,
    device: options.Device = None,
    checkpoint: options.Checkpoint = None,
    network: options.Network = None,
    weights_dir: options.WeightsDir = None,
    weights: options.WeightsFiles = None,
    runs: options.Runs = Path("runs"),
    fresh: options.Fresh = False,
    plugin: PluginOption = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    words = CommandOptions.among(locals())
    if images is not None:
        from benchmark.cli.score_images import Folders, score_images

        score_images(Folders(images, reference, masks), metrics, words)
        return
    of_folders = {"reference": reference, "masks": masks, "metrics": metrics}
    stray = next((name for name, value in of_folders.items() if value is not None), None)
    if stray is not None:
        raise InputError(f"--{stray} goes with --images FOLDER; a method's metrics are those of its protocols")
    _do(_score_runs, words)


def _do(act: Callable[[Request], None], words: CommandOptions) -> None:
    load_plugins(words.plugin)
    shared = flags_of(
        words.method,
        words.dataset,
        words.data,
        preset=words.preset,
        device=words.device,
        limit=words.limit,
        protocols=words.protocol,
    )
    checkpoint = str(words.checkpoint) if words.checkpoint else None
    flags = {**shared, "checkpoint": checkpoint, "network": words.network}
    experiments = _experiments(flags, words.config, words.set_ or [], words.seed)
    if words.dry_run:
        print_plan(experiments, words.json)
        return
    from benchmark.runtime.progress import Reporter

    act(Request(experiments, words.runs, Reporter(), _weights(words), words.fresh, words.json))


def _weights(words: CommandOptions) -> Weights:
    from benchmark.weights.locate import Weights

    return Weights(words.weights_dir, options.named_weights(words.weights))


def _experiments(
    flags: dict[str, Any], config: Path | None, assignments: list[str], seed: str | None
) -> list[Experiment]:
    from benchmark.config.experiment import over_seeds

    experiment = resolved(flags, config, assignments)
    return [experiment] if seed is None else over_seeds(experiment, parse_seed_range("--seed", seed))


def _run(request: Request) -> None:
    from benchmark.cli.print_results import print_results
    from benchmark.pipeline.run_all import run_all
    from benchmark.runtime.cache_folder import cache_folder, writable

    writable(request.runs, "runs folder")
    cache = writable(cache_folder(), "cache folder")
    results = run_all(
        request.experiments, request.runs, cache, request.reporter, weights=request.weights, fresh=request.fresh
    )
    print_results(results, request.json)


def _train(request: Request) -> None:
    for run in _each_run(request):
        run.train()


def _edit(request: Request) -> None:
    for run in _each_run(request):
        run.edit()


def _score_runs(request: Request) -> None:
    from benchmark.cli.print_results import print_results
    from benchmark.pipeline.run_all import write_run_pages

    results = [run.score() for run in _each_run(request)]
    write_run_pages((each.folder(request.runs) for each in request.experiments), request.reporter)
    print_results(results, request.json)


def _each_run(request: Request) -> Iterator[Run]:
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.runs.lock import working_on
    from benchmark.runs.run import Run
    from benchmark.runtime.cache_folder import cache_folder, writable

    cache = writable(cache_folder(), "cache folder")
    context = EvaluationContext(request.experiments[0], cache, request.reporter, request.weights)
    for experiment in request.experiments:
        with working_on(experiment.folder(request.runs), request.reporter):
            yield Run(experiment, context, request.runs, fresh=request.fresh)
