"""`bench compare`: two methods on the tasks they share."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import split_names
from benchmark.runtime.printed_values import MISSING, decimal, p_value

if TYPE_CHECKING:
    from benchmark.comparison.compare_methods import Comparison
    from benchmark.comparison.compare_metric import Estimate, MetricComparison
    from benchmark.results.method_runs import MethodRuns

FLAG = "†"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare", help="Compare two methods on the tasks they share: differences, intervals, p-values.")(
        _compare
    )


def _compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A method with runs (or a run folder).")],
    b: Annotated[str, typer.Argument(metavar="B", help="The method to compare it with.")],
    runs: Annotated[Path, typer.Option(help="Folder of all runs.")] = Path("runs"),
    dataset: Annotated[str | None, typer.Option(help="The dataset, where methods have runs on several.")] = None,
    protocol: Annotated[list[str] | None, typer.Option(help="Only this protocol; may be repeated.")] = None,
    metrics: Annotated[str | None, typer.Option(metavar="A,B", help="Only these metrics.")] = None,
    plugin: PluginOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    load_plugins(plugin)
    from benchmark.results.method_runs import find_methods

    ours, theirs = find_methods(a, b, runs, dataset)
    # imported here: a misspelt name must not wait for torch
    from benchmark.comparison.by_attribute import compare_by_attribute
    from benchmark.comparison.compare_methods import compare

    found = compare(ours, theirs, protocol or (), split_names(metrics or ""))
    by_attribute = compare_by_attribute(found)
    if json:
        print(json_format.dumps(_as_json(found, by_attribute), indent=2))
    else:
        _print(found, by_attribute)


def _as_json(found: Comparison, by_attribute: Sequence[MetricComparison]) -> dict[str, Any]:
    return {
        "a": _side(found.a),
        "b": _side(found.b),
        "num_tests": found.num_tests,
        "notes": found.notes,
        "matches": [_match(match) for match in found.matches],
        "attributes": [_match(match) for match in by_attribute],
    }


def _side(method: MethodRuns) -> dict[str, Any]:
    first = method.first
    return {
        "name": method.name,
        "method": first.label,
        "dataset": first.dataset,
        "preset": first.preset,
        "seeds": list(method.seeds),
        "results": [str(run.path) for run in method.runs],
    }


def _match(match: MetricComparison) -> dict[str, Any]:
    facts = {key: getattr(match.facts, key) for key in ("title", "direction", "unit", "level", "decimals")}
    return {**asdict(match), "facts": facts, "better": match.better}


def _print(found: Comparison, by_attribute: Sequence[MetricComparison]) -> None:
    # imported here, so that no other command waits for it
    from rich.text import Text

    from benchmark.cli.folded_table import Column, print_table, stdout_console

    console = stdout_console()
    dataset = found.a.runs[0].result.dataset
    for protocol in dict.fromkeys(match.protocol for match in found.matches):
        matches = [match for match in found.matches if match.protocol == protocol]
        of_attributes = [match for match in by_attribute if match.protocol == protocol]
        reasons = list(dict.fromkeys(match.reason for match in (*matches, *of_attributes) if match.reason))
        rows = [_cells(match, found, reasons) for match in matches]
        heads = ("metric", _titled(found.a), _titled(found.b), "gain", "better", "p", "Holm p", "n")
        metric, *others = (
            Column(head, [cells[place] for cells in rows], "left" if head in ("metric", "better") else "right")
            for place, head in enumerate(heads)
        )
        print_table(console, f"{protocol} on {dataset}", metric, others)
        for whole in matches:
            if parts := [match for match in of_attributes if match.metric == whole.metric]:
                rows = [_attribute_cells(match, reasons) for match in (*parts, whole)]
                attribute, *others = (
                    Column(head, [cells[place] for cells in rows], "right" if place else "left")
                    for place, head in enumerate(("attribute", _titled(found.a), _titled(found.b), "gain", "n"))
                )
                print_table(console, f"{_metric(whole)} by attribute, {protocol} on {dataset}", attribute, others)
        for number, reason in enumerate(reasons, start=1):
            console.print(Text(f"[{number}] {reason}"))
    console.print(
        Text(
            f"gain: by how much {found.a.name} is better, with its 95% interval. p: sign flips of whole source faces "
            f"(set metrics: t test over seeds); Holm p counts {found.num_tests} {_plural('test', found.num_tests)}."
        )
    )
    if by_attribute:
        console.print(Text("Figures of one attribute have intervals and no tests, which are of all tasks."))
    if any(_is_doubtful(match) for match in (*found.matches, *by_attribute)):
        console.print(Text(f"{FLAG}: from fewer images than the metric is sound for."))
    for note in found.notes:
        console.print(Text(f"{note}."))


def _titled(method: MethodRuns) -> str:
    number = len(method.runs)
    return f"{method.name}, {number} seeds" if number > 1 else method.name


def _is_doubtful(match: MetricComparison) -> bool:
    return 0 < match.n < match.facts.min_n


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


def _cells(match: MetricComparison, found: Comparison, reasons: list[str]) -> list[str]:
    none = "below the last digit" if match.is_significant else "not significant"
    better = {"a": found.a.name, "b": found.b.name, None: MISSING if match.holm_p is None else none}
    return [
        _metric(match),
        *_figures(match),
        better[match.better] + _mark(match, reasons),
        p_value(match.p_value),
        p_value(match.holm_p),
        _number_of_tasks(match),
    ]


def _attribute_cells(match: MetricComparison, reasons: list[str]) -> list[str]:
    from benchmark.results.attributes import overall_name  # imported here, so that `bench --help` does without numpy

    name = match.attribute or overall_name(match.facts.level)
    return [name + _mark(match, reasons), *_figures(match), _number_of_tasks(match)]


def _metric(match: MetricComparison) -> str:
    return f"{match.metric} {'↑' if match.facts.direction == 'up' else '↓'}"


def _figures(match: MetricComparison) -> list[str]:
    """Those of both methods, and the gain."""
    decimals = match.facts.decimals
    gain = _number(match.gain, decimals, "+") + _interval(match.low, match.high, decimals, "+")
    return [_figure(match.a, decimals), _figure(match.b, decimals), gain]


def _mark(match: MetricComparison, reasons: list[str]) -> str:
    return f" [{reasons.index(match.reason) + 1}]" if match.reason else ""


def _number_of_tasks(match: MetricComparison) -> str:
    return f"{match.n}{FLAG if _is_doubtful(match) else ''}" if match.n else MISSING


def _figure(figure: Estimate | None, decimals: int) -> str:
    if figure is None:
        return MISSING
    return _number(figure.value, decimals) + _interval(figure.low, figure.high, decimals)


def _number(value: float | None, decimals: int, sign: str = "") -> str:
    return MISSING if value is None else decimal(value, decimals, sign)


def _interval(low: float | None, high: float | None, decimals: int, sign: str = "") -> str:
    if low is None or high is None:
        return ""
    return f" [{_number(low, decimals, sign)}, {_number(high, decimals, sign)}]"
