"""`benchmark.operating_points`: methods at equal success, as a frame; imports nothing heavy before it is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmark.python_api.arguments import PathName
from benchmark.python_api.selected_runs import selected_runs

if TYPE_CHECKING:
    import pandas as pd


def operating_points(
    runs: PathName | Iterable[PathName] = "runs",
    *,
    dataset: str | None = None,
    protocol: str | None = None,
    methods: str | Iterable[str] | None = None,
    allow_mixed: bool = False,
) -> pd.DataFrame:
    """Compare methods at equal success, as the leaderboard does where tasks ask for an attribute at several strengths.

    A result that cannot be read is left out with a warning.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        dataset: only this dataset.
        protocol: only this protocol.
        methods: only these learned methods; reference rows stay.
        allow_mixed: split results that cannot be compared into tables of their own instead of refusing them.

    Returns:
        One row per method, `level` of the metric `success`, and `metric` there: "strength" is the one at which the
        method first reaches the level, the others are of what is preserved. Each has its `value` with the 95% interval
        (`low`, `high`), how far a learned method is `behind` the best one (`behind_low`, `behind_high` hold together
        over all pairs), the `emphasis` "best" where none is significantly better, and the `reason` of what is missing.
        `verdict` is of the method: "over-edits", "under-edits", "neither is shown", or "no effect". Empty where no run
        has tasks at several strengths.

    Raises:
        InputError: if there are no results, none has what was asked for, or they cannot share a table.

    Example:
        >>> import benchmark
        >>> found = benchmark.operating_points("runs")
        >>> list(found.columns[7:11])
        ['success', 'level', 'metric', 'value']
    """
    import pandas as pd

    from benchmark.tables.build_tables import tabulate
    from benchmark.tables.operating_rows import COLUMNS, operating_rows

    selected = selected_runs(runs, dataset, protocol, methods)
    frame = pd.DataFrame(operating_rows(tabulate(selected, allow_mixed)), columns=list(COLUMNS))
    numbers = dict.fromkeys(("level", "value", "low", "high", "behind", "behind_low", "behind_high"), "float64")
    return frame.astype(numbers | {"n": "Int64", "seeds": "Int64"})
