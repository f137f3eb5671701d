"""The page of claims: every claim on the cards with its verdict, as HTML, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from benchmark.paper_claims.claim_verdict import Verdict
from benchmark.runtime.atomic_files import write_text_atomically
from reports.claims import json_file, markdown, wording
from reports.rendering.html_page import render_page


def write_claims(found: Sequence[Verdict], out: Path) -> list[Path]:
    """Write `claims.html`, `claims.md` and `claims.json`, each atomically.

    Args:
        found: the verdicts of one page, by method.
        out: folder to write to, created where it is missing.

    Returns:
        The files written.
    """
    pages = {
        out / "claims.html": _html(found),
        out / "claims.md": markdown.render(found),
        out / "claims.json": json_file.render(found),
    }
    for path, text in pages.items():
        write_text_atomically(path, text)
    return list(pages)


def _html(found: Sequence[Verdict]) -> str:
    """The whole page: every string escaped, styles inline, nothing fetched."""
    by_method = groupby(found, key=lambda verdict: verdict.of.card.name)
    sections = [list(of_method) for _, of_method in by_method]
    return render_page("claims/claims.html.j2", found=found, sections=sections, words=wording)
