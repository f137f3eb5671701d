"""Pieces of Markdown whose content comes from elsewhere: tables, code, and text that must not be read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; "" if it has no rows."""
    lines = [" | ".join(_one_line(cell) for cell in row) for row in rows]
    if not lines:
        return ""
    rule = " | ".join("---" for _ in head)
    return "\n".join(f"| {line} |" for line in [" | ".join(head), rule, *lines]) + "\n"


def code(text: object) -> str:
    """Inline code; "" stays empty."""
    return f"`{text}`" if str(text) else ""


def escaped(text: str) -> str:
    """Plain text, with nothing in it that Markdown or HTML would read as markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]])", r"\\\1", text)


def _one_line(cell: str) -> str:
    return " ".join(cell.replace("|", "\\|").split())
