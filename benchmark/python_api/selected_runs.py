"""The finished runs that functions of `import benchmark` are about; imports nothing heavy before it is called."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from benchmark.python_api.arguments import PathName, names_of, paths_of

if TYPE_CHECKING:
    from benchmark.results.find_results import FinishedRun


def selected_runs(
    runs: PathName | Iterable[PathName],
    dataset: str | None = None,
    protocol: str | None = None,
    methods: str | Iterable[str] | None = None,
    metrics: str | Iterable[str] | None = None,
) -> list[FinishedRun]:
    """Read runs, without what is not selected; of a result that cannot be read, warn the caller's caller.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        dataset: only this dataset.
        protocol: only this protocol.
        methods: only these learned methods; reference methods stay.
        metrics: only these metrics and costs.

    Raises:
        InputError: if there are no results, or none has what was asked for.
    """
    from benchmark.results.filter_results import Selection, select
    from benchmark.results.read_runs import read_runs

    found = read_runs(paths_of(runs), partial(warnings.warn, stacklevel=4))
    return select(found, Selection(dataset, protocol, names_of(methods), names_of(metrics)))
