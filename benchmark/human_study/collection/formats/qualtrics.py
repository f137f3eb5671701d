"""Which responses in an export of Qualtrics are no rater's: previews of the survey, and tests that it generates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.runtime.cell_values import without_zero_decimals
from registry.errors import quoted

_STATUSES: Final = frozenset({"survey preview", "survey test", "1", "2", "9", "17"})
"""Of the column `Status`, in words and as numbers (9: a preview marked as spam, 17: one made offline)."""
_CHANNELS: Final = frozenset({"preview", "test"})


def previewed_response(cells: Mapping[str, str]) -> Fault | None:
    """The fault of a response that was recorded in a preview or a test of the survey."""
    if "ResponseId" not in cells:
        return None
    for column, values in (("DistributionChannel", _CHANNELS), ("Status", _STATUSES)):
        value = without_zero_decimals(cells.get(column, ""))
        if value.casefold() in values:
            return Fault(Reason.PREVIEW, f"{column}: {quoted(value)}")
    return None
