"""A booktabs tabular that is never wider than the page, and numbers as LaTeX sets them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_NO_WIDER: Final = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"


def tabular(columns: str, headers: Sequence[str], body: str) -> str:
    """A table of escaped cells.

    Args:
        columns: their alignment, a letter each.
        headers: a column each.
        body: its rows, as `line` makes them, and rules between them.
    """
    return (
        f"{_NO_WIDER}{{%\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{line(headers)}\n\\midrule\n{body}\n"
        "\\bottomrule\n\\end{tabular}}"
    )


def line(cells: Sequence[str]) -> str:
    """A row of escaped cells."""
    return " & ".join(cells) + r" \\"


def number(text: str) -> str:
    """A number's sign, both of an interval `A to B`, and a missing one's dash as they are set; other text as it is."""
    return re.sub(r"^([-+])(?=\d)|(?<=to )([-+])(?=\d)", lambda sign: f"${sign[0]}$", text).replace("–", "--")
