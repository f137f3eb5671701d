"""Results on stdout: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.cli.folded_table import Column, print_table, stdout_console
from benchmark.results.schema import Result, Value
from benchmark.runtime.printed_values import MISSING, decimal


def print_results(results: Sequence[Result], as_json: bool) -> None:
    """Print the results, one table per protocol: one row per metric, one column per method."""
    if as_json:
        print("[" + ",\n".join(result.model_dump_json(indent=2) for result in results) + "]")
        return
    console = stdout_console()
    for protocol in dict.fromkeys(protocol for result in results for protocol in result.protocols):
        among = [result for result in results if protocol in result.protocols]
        first = next((result for result in among if result.protocols[protocol].metrics), among[0])
        facts = {metric: first.metrics[metric] for metric in first.protocols[protocol].metrics}
        names = [f"{metric} {'↑' if each.direction == 'up' else '↓'}" for metric, each in facts.items()]
        methods = [
            Column(
                _name(result),
                [_cell(result.protocols[protocol].metrics.get(key), each.decimals) for key, each in facts.items()],
            )
            for result in among
        ]
        title = f"{protocol} on {first.dataset}, N = {first.protocols[protocol].num_tasks}"
        print_table(console, title, Column("metric", names, "left"), methods)


def _name(result: Result) -> str:
    return f"{result.label} seed {result.seed}" if result.seed else result.label


def _cell(value: Value | None, decimals: int) -> str:
    return MISSING if value is None or value.value is None else decimal(value.value, decimals)
