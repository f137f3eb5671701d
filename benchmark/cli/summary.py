"""Results on stdout: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.results import Result, Value


def print_results(results: Sequence[Result], as_json: bool) -> None:
    """Print the results, a table a protocol."""
    if as_json:
        print("[" + ",\n".join(each.model_dump_json(indent=2) for each in results) + "]")
        return
    console = Console()
    for name in dict.fromkeys(protocol for result in results for protocol in result.protocols):
        console.print(_table(name, [each for each in results if name in each.protocols]))


def _table(protocol: str, results: Sequence[Result]) -> Table:
    first = next((each for each in results if each.protocols[protocol].metrics), results[0])
    shown = list(first.protocols[protocol].metrics)
    table = Table(title=Text(f"{protocol} on {first.dataset}, N = {first.protocols[protocol].num_tasks}"))
    table.add_column("method", no_wrap=True)
    for metric in shown:
        arrow = "↑" if first.metrics[metric].direction == "up" else "↓"
        table.add_column(Text(f"{metric} {arrow}"), justify="right")
    for result in results:
        cells = result.protocols[protocol].metrics
        row = [_cell(cells.get(metric), first.metrics[metric].decimals) for metric in shown]
        table.add_row(Text(result.label), *row)
    return table


def _cell(value: Value | None, decimals: int) -> str:
    return "–" if value is None or value.value is None else f"{value.value:.{decimals}f}"
