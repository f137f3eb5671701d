"""`bench run`, and its stages one by one: `train`, `edit`, `score`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.cli.plugins import PluginOption, load_plugins
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.experiment import Experiment
    from benchmark.pipeline import Run
    from benchmark.progress import Reporter


@dataclass(frozen=True)
class Request:
    """What a stage command was asked: the experiments, one a seed, and where their files go."""

    experiments: list[Experiment]
    runs: Path
    reporter: Reporter
    fresh: bool
    json: bool


def add_to(app: typer.Typer) -> None:
    """Add the stage commands, which all take the same options."""
    _add(app, "run", "Train (or load), edit, score, and write the leaderboard beside the reference methods.", _run)
    _add(app, "train", "Train a method; does nothing where that is done.", _train)
    _add(app, "edit", "Edit every task of the protocols, training first where that is not done.", _edit)
    _add(app, "score", "Score the edits and write result.json, doing first what is not done.", _score)


def _add(app: typer.Typer, name: str, summary: str, act: Callable[[Request], None]) -> None:
    def command(
        method: Annotated[
            str | None, typer.Option(help="Registered method, with +VARIANT for one of its variants.")
        ] = None,
        dataset: Annotated[str | None, typer.Option(help="Registered dataset. [default: rendered-faces]")] = None,
        data: Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")] = None,
        preset: Annotated[str | None, typer.Option(help="Sizes and budgets. [default: demo]")] = None,
        config: Annotated[Path | None, typer.Option(help="YAML file of settings.")] = None,
        set_: Annotated[
            list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One setting, e.g. options.ngf=32.")
        ] = None,
        protocol: Annotated[list[str] | None, typer.Option(help="Only this protocol; may be repeated.")] = None,
        seed: Annotated[str | None, typer.Option(help="Training seed, or a range such as 0..4. [default: 0]")] = None,
        limit: Annotated[int | None, typer.Option(help="At most so many tasks a protocol.")] = None,
        device: Annotated[str | None, typer.Option(help="cpu, cuda, cuda:1 … [default: auto]")] = None,
        checkpoint: Annotated[Path | None, typer.Option(help="Published weights to load instead of training.")] = None,
        network: Annotated[str | None, typer.Option(help="Which network the checkpoint fills.")] = None,
        runs: Annotated[Path, typer.Option(help="Folder of all runs.")] = Path("runs"),
        fresh: Annotated[bool, typer.Option("--fresh/--resume", help="Begin anew, or go on.")] = False,
        plugin: PluginOption = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the resolved configuration and stop.")] = False,
        json: Annotated[bool, typer.Option("--json", help="Results as JSON on stdout.")] = False,
    ) -> None:
        load_plugins(plugin)
        flags: dict[str, Any] = {
            "method": method,
            "preset": preset,
            "limit": limit,
            "checkpoint": str(checkpoint) if checkpoint else None,
            "network": network,
            "protocols": {each: {} for each in protocol or ()},
            "dataset": {"name": dataset, "root": str(data) if data else None},
            "compute": {"device": device},
        }
        experiments = _experiments(flags, config, set_ or [], seed)
        if dry_run:
            _print_plan(experiments, json)
            return
        from benchmark.progress import Reporter

        act(Request(experiments, runs, Reporter(), fresh, json))

    app.command(name, help=summary)(command)


def _experiments(
    flags: dict[str, Any], config: Path | None, assignments: list[str], seed: str | None
) -> list[Experiment]:
    from benchmark.experiment import over_seeds, resolve
    from benchmark.settings import COMMAND, Layer, read_layer, set_layer

    layers = [read_layer(config)] if config else []
    layers += [set_layer(assignments), Layer(_given(flags), COMMAND)]
    experiment = resolve(layers)
    return [experiment] if seed is None else over_seeds(experiment, _seeds(seed))


def _given(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that were given, so that the others leave files and presets alone."""
    nested = {
        key: _given(value) if isinstance(value, dict) and key != "protocols" else value for key, value in flags.items()
    }
    return {key: value for key, value in nested.items() if value not in (None, {})}


def _seeds(text: str) -> list[int]:
    first, dots, last = text.partition("..")
    try:
        seeds = list(range(int(first), int(last) + 1)) if dots else [int(first)]
    except ValueError:
        seeds = []
    if not seeds or min(seeds) < 0:
        raise InputError(f"--seed {text!r}: write a number such as 0, or a range such as 0..4")
    return seeds


def _print_plan(experiments: list[Experiment], as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps([each.model_dump(mode="json") for each in experiments], indent=2))
    else:
        print("---\n".join(each.to_yaml() for each in experiments), end="")


def _run(request: Request) -> None:
    from benchmark.cli.summary import print_results
    from benchmark.comparison import run_all
    from benchmark.folders import cache_folder, writable

    writable(request.runs, "runs folder")
    cache = writable(cache_folder(), "cache folder")
    results = run_all(request.experiments, request.runs, cache, request.reporter, fresh=request.fresh)
    print_results(results, request.json)


def _train(request: Request) -> None:
    for run in _each_run(request):
        run.train()


def _edit(request: Request) -> None:
    for run in _each_run(request):
        run.edit()


def _score(request: Request) -> None:
    from benchmark.cli.summary import print_results

    print_results([run.score() for run in _each_run(request)], request.json)


def _each_run(request: Request) -> Iterator[Run]:
    from benchmark.folders import cache_folder, writable
    from benchmark.pipeline import Run
    from benchmark.setting import Setting

    setting = Setting(request.experiments[0], writable(cache_folder(), "cache folder"), request.reporter)
    for experiment in request.experiments:
        run = Run(experiment, setting, request.runs, fresh=request.fresh)
        with request.reporter.logging_to(run.folder / "log.txt"):
            yield run
