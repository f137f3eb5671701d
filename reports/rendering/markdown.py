"""GitHub Markdown: text that prints as it is, and rows of tables."""

from __future__ import annotations

import re
from html import escape

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#!$])")


def plain(text: str) -> str:
    """Text that Markdown and HTML print as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def line(*cells: str) -> str:
    """A row of a table; its cells are Markdown."""
    return f"| {' | '.join(cells)} |"
