"""What pages say of methods at equal success; plain text, escaped by the renderers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmark.runtime.printed_values import decimal
from benchmark.statistics.editing_strength import MARGIN, EditingStrength
from benchmark.statistics.equal_success import Estimate
from benchmark.tables.by_strength import at_success
from benchmark.tables.table import Column, LevelPoint, MethodPoints, OperatingPoints

TITLE: Final = "At equal success"
EDITING: Final = "The whole edit"


def rule(found: OperatingPoints) -> str:
    """What the figures are."""
    success = found.success.facts.title.lower()
    return (
        f"Each method at the strength at which it first reaches a level of {success}, interpolated between strengths: "
        "the strength needed, and what is preserved there. Intervals are 95%, by a bootstrap of faces with "
        "seeds nested, in which every resample reaches the level at a strength of its own. Bold: of learned methods "
        "that reach the level, the best and those not significantly behind it, by intervals simultaneous over their "
        "pairs. A method over-edits where an edit of less strength than the whole preserves more, and its success is "
        f"not lower by {MARGIN:g}; it under-edits where a stronger one succeeds more often, by {MARGIN:g} at least."
    )


def level_title(found: OperatingPoints, number: int) -> str:
    """The heading of a level: "At attribute accuracy 0.75"."""
    level = next(method.levels[number].level for method in found.methods if method.levels)
    said = at_success(found.success, level)
    return said[0].upper() + said[1:]


def levels(found: OperatingPoints) -> range:
    """The numbers of the levels that methods have; none where no method has any."""
    return range(max((len(method.levels) for method in found.methods), default=0))


def behind(point: LevelPoint, column: Column) -> str | None:
    """How far a method is behind the best at its level; None of the best itself."""
    found = point.behind.get(column.id)
    return None if found is None else f"behind the best by {_difference(found, column)}"


def editing(found: OperatingPoints, method: MethodPoints) -> str:
    """Whether a method's whole edit goes too far, or not far enough, and by what that is shown."""
    if method.editing is None:
        return "–"
    return "; ".join(filter(None, [method.editing.verdict, *_shown(found, method.editing)]))


def _shown(found: OperatingPoints, said: EditingStrength) -> Iterator[str]:
    if said.strength is None or said.success is None:
        return
    yield f"at strength {said.strength:g} {found.success.facts.title.lower()} is {_change(said.success, found.success)}"
    by_id = {column.id: column for column in found.preserved}
    for name, change in said.preserved.items():
        yield f"{by_id[name].facts.title} is better by {_difference(change, by_id[name])}"


def _change(found: Estimate, column: Column) -> str:
    if column.format(found.value) == column.format(0):
        return f"the same ({_ends(found, column)})"
    return f"{'higher' if found.value > 0 else 'lower'} by {column.format(abs(found.value))} ({_ends(found, column)})"


def _difference(found: Estimate, column: Column) -> str:
    unit = f" {column.facts.unit}" if column.facts.unit else ""
    return f"{column.format(found.value)}{unit} ({_ends(found, column)})"


def _ends(found: Estimate, column: Column) -> str:
    return " to ".join(decimal(end, column.facts.decimals) for end in (found.low, found.high))
