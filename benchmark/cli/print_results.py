"""Results on stdout: a table for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmark.results.schema import Result, Value


def print_results(results: Sequence[Result], as_json: bool) -> None:
    """Print the results, a table a protocol."""
    if as_json:
        print("[" + ",\n".join(each.model_dump_json(indent=2) for each in results) + "]")
        return
    # where nobody watches, no terminal limits the width
    console = Console(width=None if sys.stdout.isatty() else 160)
    for name in dict.fromkeys(protocol for result in results for protocol in result.protocols):
        console.print(_table(name, [each for each in results if name in each.protocols]))


def _table(protocol: str, results: Sequence[Result]) -> Table:
    """A row a metric, a column a method, so that names fit a terminal."""
    first = next((each for each in results if each.protocols[protocol].metrics), results[0])
    table = Table(title=Text(f"{protocol} on {first.dataset}, N = {first.protocols[protocol].num_tasks}"))
    table.add_column("metric", no_wrap=True)
    for result in results:
        table.add_column(Text(_name(result)), justify="right", overflow="fold")
    for metric in first.protocols[protocol].metrics:
        facts = first.metrics[metric]
        cells = [_cell(each.protocols[protocol].metrics.get(metric), facts.decimals) for each in results]
        table.add_row(Text(f"{metric} {'↑' if facts.direction == 'up' else '↓'}"), *cells)
    return table


def _name(result: Result) -> str:
    return f"{result.label} seed {result.seed}" if result.seed else result.label


def _cell(value: Value | None, decimals: int) -> str:
    # adding 0.0 makes a rounded -0.0 a plain zero
    return "–" if value is None or value.value is None else f"{round(value.value, decimals) + 0.0:.{decimals}f}"
