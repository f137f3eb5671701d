"""Text in a CSV cell that no spreadsheet takes for a formula, and the text again.

A cell that begins with one of `= + - @`, a tab or a line end may run as a formula where the file is opened
(owasp.org, CSV injection). It gets an apostrophe in front; so does one that begins with apostrophes before such a
sign, so that reading gives back exactly what was written.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The cell to write for a text."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if _GUARDED.match(cell) else cell
