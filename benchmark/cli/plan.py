"""`bench plan`: what experiments will take, before any of them runs."""

from __future__ import annotations

import json as json_format
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from benchmark.cli.options import CommandOptions, Dataset, Seeds, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import experiment_of, parse_seeds, print_plan
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.planning.parts import Part
    from benchmark.planning.plan import Plan

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
    from benchmark.runtime.progress import Reporter
    from registry.consistency import preset_names

    presets = () if seconds is None else preset_names()
    at_presets = {
        preset: [experiment_of(replace(options, preset=preset), each, dataset, data) for each in methods]
        for preset in presets
    }
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
    if options.json:
        print(json_format.dumps(plan.as_json(), indent=2))
    else:
        _print(plan, budget)


def _seconds(text: str) -> float:
    """Seconds of a time as people write it.

    Raises:
        InputError: if it is none.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(min|h|d)", text.strip())
    if match is None or float(match[1]) == 0:
        raise InputError(f"--budget {text!r}: write a time above zero, such as 90min, 24h or 3d")
    return 3600 * float(match[1]) * _HOURS[match[2]]


def _print(plan: Plan, budget: str | None) -> None:
    from benchmark.cli.folded_table import Column, print_table, stdout_console

    console = stdout_console()
    title = f"{plan.preset}: {plan.dataset} at {plan.size}², on {plan.hardware}"
    rows: list[tuple[str, Part]] = []
    for group in plan.groups:
        rows.append((group.name if group.times == 1 else f"{group.name}, {group.times} seeds", group.whole))
        rows += [(f"  {part.name}", part) for part in group.parts]
    rows.append(("total", plan.total))
    parts = [part for _, part in rows]
    columns = [
        Column("iterations", [_count(part.iterations) for part in parts]),
        Column("images", [_count(part.images or None) for part in parts]),
        Column("time", [_time(part.seconds) for part in parts]),
        Column("memory", [_size(part.memory) for part in parts]),
        Column("disk", [_size(part.disk) for part in parts]),
    ]
    if plan.machine.device_memory is not None:
        columns.insert(4, Column("GPU", [_size(part.device_memory) for part in parts]))
    print_table(console, title, Column("part", [name for name, _ in rows], "left"), columns)
    for group in plan.groups:
        for note in group.once.notes:
            console.print(f"{group.name}, {note}", markup=False, soft_wrap=True)
    if plan.fits:
        answers = {True: "yes", False: "no", None: "–"}
        print_table(
            console,
            f"within {budget}",
            Column("preset", [fit.preset for fit in plan.fits], "left"),
            [
                Column("time", [f"{'~' if fit.by_operations else ''}{_time(fit.seconds)}" for fit in plan.fits]),
                Column("memory", [_size(fit.memory) for fit in plan.fits]),
                Column("fits", [answers[fit.fits] for fit in plan.fits], "left"),
                Column("because it", [fit.reason for fit in plan.fits], "left"),
            ],
        )
    for warning in plan.warnings:
        console.print(warning, markup=False, soft_wrap=True)


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _size(size: int | None) -> str:
    if size is None:
        return "–"
    return f"{size / 2**30:.1f} GiB" if size >= 2**30 else f"{size / 2**20:.0f} MiB"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
