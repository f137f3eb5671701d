"""Prints what experiments will take."""

from __future__ import annotations

from benchmark.cli.folded_table import Column, print_table, stdout_console
from benchmark.planning.plan import Plan
from benchmark.planning.plan_parts import Part


def print_planned(plan: Plan, budget: str | None) -> None:
    """Print a plan as tables, with notes and warnings below them.

    Args:
        plan: what experiments will take.
        budget: the time as it was written; None without one.
    """
    console = stdout_console()
    title = f"{plan.preset}: {plan.dataset} at {plan.size}², on {plan.hardware}"
    rows: list[tuple[str, Part]] = []
    for group in plan.groups:
        rows.append((group.name if group.times == 1 else f"{group.name} ×{group.times}", group.whole))
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
        columns = [
            Column("time", [f"{'~' if fit.by_operations else ''}{_time(fit.seconds)}" for fit in plan.fits]),
            Column("memory", [_size(fit.memory) for fit in plan.fits]),
            Column("fits", [answers[fit.fits] for fit in plan.fits], "left"),
            Column("because it", [fit.reason for fit in plan.fits], "left"),
        ]
        if plan.machine.device_memory is not None:
            columns.insert(2, Column("GPU", [_size(fit.device_memory) for fit in plan.fits]))
        print_table(
            console,
            f"within {budget}",
            Column("preset", [fit.preset for fit in plan.fits], "left"),
            columns,
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
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 360_000 else f"{seconds / 3600:,.0f} h"
