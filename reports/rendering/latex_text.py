"""Text that LaTeX prints as it is, whatever it holds."""

from __future__ import annotations

import re
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
