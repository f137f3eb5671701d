"""What the pages say of the rules by which figures are bold and methods are ranked."""

from __future__ import annotations

from benchmark.statistics.paired import FLIPS
from benchmark.statistics.seeds import MIN_SEEDS
from reports.cells import Table


def num_tests(table: Table) -> int:
    """How many p-values Holm's adjustment counts: the family is every test of the table."""
    return sum(cell.holm_p is not None for row in table.rows for cell in row.cells)


def bold_rule(table: Table) -> str:
    """What bold means, with the tests and their family."""
    tests = num_tests(table)
    if not tests:
        return "the best figure among learned methods, its lead untested."
    return (
        "the best figure among learned methods, and every other that is not significantly worse at 5%. "
        f"Per image: paired sign flips of whole source faces ({FLIPS:,} at random, or all where they are fewer and "
        f"seeds add no error); whole set: a t test over {MIN_SEEDS} or more seeds. "
        f"Holm's adjustment counts the {tests:,} {'test' if tests == 1 else 'tests'} of this table. "
        "A figure that could not be tested is bold only if it is the best, or prints the same."
    )


def rank_rule(table: Table) -> str:
    """What rank and win rate mean."""
    metrics = table.num_rank_metrics
    return (
        "1 plus the number of learned methods whose win rate is higher beyond doubt (the 95% interval of their "
        "difference lies above 0). Methods that cannot be told apart may share a rank. Win rate: the share of the "
        f"other ranked methods that a method beats, the mean over the table's {metrics} per-image "
        f"{'metric' if metrics == 1 else 'metrics'}, with its interval under resampled source faces, seeds nested."
    )


def untested(table: Table) -> list[str]:
    """Which leads are untested, and why; a line a reason."""
    found: dict[str, dict[str, None]] = {}
    for cell in (cell for row in table.rows for cell in row.cells):
        if cell.untested is not None:
            found.setdefault(cell.untested, {})[cell.column.facts.title] = None
    return [f"Not tested against the best: {', '.join(titles)} ({reason})." for reason, titles in found.items()]
