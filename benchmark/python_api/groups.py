"""`benchmark.groups`: figures by group of faces, as a data frame; imports nothing heavy before it is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmark.python_api.arguments import PathName, names_of
from benchmark.python_api.selected_runs import selected_runs

if TYPE_CHECKING:
    import pandas as pd


def groups(
    runs: PathName | Iterable[PathName] = "runs",
    *,
    by: str | Iterable[str],
    dataset: str | None = None,
    protocol: str | None = None,
    methods: str | Iterable[str] | None = None,
    metrics: str | Iterable[str] | None = None,
    allow_mixed: bool = False,
) -> pd.DataFrame:
    """Every figure per image by group of the faces that are edited, as `bench leaderboard --by` shows it.

    A result that cannot be read is left out with a warning.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        by: groupings: attributes, "pose" or "hair".
        dataset: only this dataset.
        protocol: only this protocol.
        methods: only these learned methods; reference rows stay.
        metrics: only these metrics.
        allow_mixed: split results that cannot be compared into tables of their own instead of refusing them.

    Returns:
        One row per table, method, metric and group: its `value` with the 95% interval (`low`, `high`), the tasks (`n`),
        and whether they are enough for it to be `ranked`; and the `gap` between the method's `best` and `worst` ranked
        group, with its interval (`gap_low`, `gap_high`). Groupings that a dataset knows nothing of have no rows.

    Raises:
        InputError: if there are no results, none has what was asked for, they cannot share a table, or faces cannot be
            grouped by one of the words.

    Example:
        >>> import benchmark
        >>> found = benchmark.groups("runs", by="Smiling", metrics="psnr-oracle")
        >>> sorted(set(found["group"]))
        ['Smiling', 'not Smiling']
    """
    import pandas as pd

    from benchmark.results.task_scores import ScoreFiles
    from benchmark.tables.build_tables import tabulate
    from benchmark.tables.by_group import group_table
    from benchmark.tables.face_groups import check_groupings
    from benchmark.tables.group_rows import COLUMNS, group_rows

    words = names_of(by)
    selected = selected_runs(runs, dataset, protocol, methods, metrics)
    check_groupings(words, selected)
    files = ScoreFiles()
    tables = [group_table(table, words, files) for table in tabulate(selected, allow_mixed, files=files)]
    frame = pd.DataFrame(group_rows(tables), columns=list(COLUMNS))
    numbers = dict.fromkeys(("value", "low", "high", "gap", "gap_low", "gap_high"), "float64")
    return frame.astype(numbers | {"n": "Int64"})
