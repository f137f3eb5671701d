"""Text in a CSV cell that no spreadsheet takes for a formula, and the text again.

Excel, LibreOffice Calc and Google Sheets may run a cell as a formula if it begins with `=`, `+`, `-` or `@` or with
one of their fullwidth forms, blanks before it or none, or with a tab or a line end (owasp.org, CSV injection). A plain
number is none, with its sign or without. A cell that may run gets an apostrophe in front; so does a text that begins
with apostrophes before such a sign, so that reading gives back exactly what was written.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[^\S\t\r\n]*[\t\r\n=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def guarded(text: str) -> str:
    """The cell to write for a text."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
