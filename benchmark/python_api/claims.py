"""`benchmark.claims`: the verdicts on what papers claim, as a data frame; imports nothing heavy before it is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from benchmark.python_api.arguments import PathName, load_plugins, names_of
from benchmark.python_api.selected_runs import selected_runs

if TYPE_CHECKING:
    import pandas as pd


def claims(
    runs: PathName | Iterable[PathName] = "runs",
    *,
    methods: str | Iterable[str] | None = None,
    plugins: Iterable[PathName] = (),
) -> pd.DataFrame:
    """Test what papers claim of methods, as their cards list it, on runs, as `bench claims` does.

    A result that cannot be read is left out with a warning.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        methods: only the claims on the cards of these methods.
        plugins: plug-ins to load first, files or modules, beside those that are installed.

    Returns:
        One row per claim, and several where several sets of runs test it: what it says (`method`, on whose card it
        stands, `id`, `statement`, `source`, `protocol`, `metric`, and `better` and `worse`, or the `value` of one), the
        `verdict` ("reproduced", "contradicted", "not told apart", "not comparable here"; None where nothing tests it),
        the runs (`dataset`, `size`, `preset`, `seeds` of each), the `gain` of the claimed order, or over the claimed
        figure, with its 95% interval (`low`, `high`), `p_value`, `holm_p` adjusted for all rows, `n`, what would decide
        it (`needed_seeds`, `needed_tasks`, `needed` in words), what `differs` from the paper, and the `reason` of what
        is missing.

    Raises:
        InputError: if there are no results, or no such method.

    Example:
        >>> import benchmark
        >>> found = benchmark.claims("runs", methods="maskgan")
        >>> found.loc[0, "reason"]
        'no runs of maskgan and maskgan+no-ebst here'
    """
    load_plugins(plugins)
    import pandas as pd

    from benchmark.paper_claims.check_claims import claims_of_cards, verdicts
    from benchmark.paper_claims.rows import COLUMNS, verdict_rows

    found = verdicts(claims_of_cards(names_of(methods)), selected_runs(runs))
    frame = pd.DataFrame(verdict_rows(found), columns=list(COLUMNS))
    numbers = dict.fromkeys(("value", "gain", "low", "high", "p_value", "holm_p"), "float64")
    counts = dict.fromkeys(("size", "n", "needed_seeds", "needed_tasks"), "Int64")
    return frame.astype(numbers | counts)
