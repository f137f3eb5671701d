"""`bench plan`: what experiments will take, before any of them runs."""

from __future__ import annotations

import json as json_format
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from benchmark.cli.options import CommandOptions, Dataset, Seeds, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import experiment_of, parse_seeds, print_plan
from registry.errors import InputError

_HOURS: Final = {"min": 1 / 60, "h": 1.0, "d": 24.0}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", help="Say what methods will take: iterations, hours, memory, disk; nothing is trained.")(_plan)


@takes(CommandOptions)
def _plan(
    options: CommandOptions,
    method: Annotated[
        list[str] | None, typer.Option(help="Registered method, with +VARIANT for a variant; may be repeated.")
    ] = None,
    dataset: Dataset = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset's files.")] = None,
    seeds: Seeds = "1",
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Say which presets fit into so long: 90min, 24h, 3d.")
    ] = None,
) -> None:
    load_plugins(options.plugin)
    from benchmark.config.experiment import over_seeds

    methods: list[str | None] = [*dict.fromkeys(method or [])] or [None]
    numbers = parse_seeds("--seeds", seeds)
    seconds = None if budget is None else _seconds(budget)
    experiments = [experiment_of(options, each, dataset, data) for each in methods]
    if options.dry_run:
        print_plan([seeded for each in experiments for seeded in over_seeds(each, numbers)], options.json)
        return
    from benchmark.planning.plan import make_plan
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.interruption import Interrupted
    from benchmark.runtime.progress import Reporter
    from registry.catalogue import PRESET_CARDS

    presets = [] if seconds is None else [entry.card.name for entry in PRESET_CARDS]
    at_presets = {
        preset: [experiment_of(replace(options, preset=preset), each, dataset, data) for each in methods]
        for preset in presets
    }
    try:
        plan = make_plan(
            experiments,
            len(numbers),
            runs=options.runs,
            cache=writable(cache_folder(), "cache folder"),
            reporter=Reporter(),
            weights=options.find_weights(),
            budget=seconds,
            at_presets=at_presets,
        )
    except (Interrupted, KeyboardInterrupt):
        raise Interrupted("stopped while planning; nothing is kept of a plan that is not finished") from None
    if options.json:
        print(json_format.dumps(plan.as_json(), indent=2))
    else:
        from benchmark.cli.print_planned import print_planned

        print_planned(plan, budget)


def _seconds(text: str) -> float:
    """Seconds of a time as people write it.

    Raises:
        InputError: if it is none.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(min|h|d)", text.strip())
    if match is None or float(match[1]) == 0:
        raise InputError(
            f"--budget {text!r}: write a time above zero, such as 90min, 24h or 3d; what a training may cost is "
            "--set budget=300cpu-s"
        )
    return 3600 * float(match[1]) * _HOURS[match[2]]
