"""LaTeX: text that prints as it is, numbers, and a booktabs tabular never wider than the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WRITTEN: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"{\char34}",
    # a row that begins with one of these would be read as an argument of the row before
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "†": r"\dag{}",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "²": "$^2$",
    "°": r"$^\circ$",
    "µ": r"$\mu$",
    "Δ": r"$\Delta$",
    "λ": r"$\lambda$",
    "→": r"$\rightarrow$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
}
_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9 !'()+,./:;=?@ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ-]")


def escaped(text: str) -> str:
    """Text on one line, every character printed as itself.

    One that pdfLaTeX's standard fonts lack is printed as its code point, such as U+4E00.
    """
    # two hyphens together would become a dash
    pieces = re.split("(?<=-)(?=-)", " ".join(text.split()))
    return "{}".join("".join(map(_character, piece)) for piece in pieces)


def _character(one: str) -> str:
    if _AS_IT_IS.fullmatch(one):
        return one
    return _WRITTEN.get(one) or f"U+{ord(one):04X}"


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


PREAMBLE: Final = "% needs \\usepackage[T1]{fontenc} and \\usepackage{booktabs,graphicx}"
COLUMNS_IN_BLOCK: Final = 7
