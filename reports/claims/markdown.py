"""Claims with their verdicts as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from benchmark.paper_claims.claim_verdict import Verdict
from benchmark.runtime.printed_values import MISSING
from reports.claims import wording
from reports.rendering.markdown import line, plain

HEADINGS = ("Claim", "Verdict", "Gain", "95% interval", "Holm p", "Runs", "Remarks")


def render(found: Sequence[Verdict]) -> str:
    """The whole page."""
    parts = [f"# {plain(wording.TITLE)}"]
    if not found:
        return "\n\n".join([*parts, wording.NO_CLAIMS]) + "\n"
    parts += [plain(wording.METHOD), plain(wording.counts(found))]
    parts += [_section(list(of_method)) for _, of_method in groupby(found, key=lambda verdict: verdict.of.card.name)]
    rules = [*(f"*{plain(word)}*: {plain(meaning)}" for word, meaning in wording.legend())]
    rules += [plain(wording.rule(found)), plain(wording.estimate_rule())]
    return "\n\n".join([*parts, "\n".join(f"- {text}" for text in rules)]) + "\n"


def _section(found: Sequence[Verdict]) -> str:
    card = found[0].of.card
    lines = [f"## {plain(card.title)} <sub>{plain(card.name)}</sub>", ""]
    if card.paper is not None:
        lines += [plain(f"{card.paper.title}, {card.paper.venue}"), ""]
    lines += [line(*HEADINGS), line(*("---" for _ in HEADINGS))]
    lines.extend(_row(verdict) for verdict in found)
    return "\n".join(lines)


def _row(verdict: Verdict) -> str:
    claim = verdict.of.claim
    what = [claim.statement, wording.about(verdict), f"Source: {claim.source}."]
    return line(
        "<br>".join(map(plain, what)),
        f"**{plain(wording.word(verdict))}**",
        plain(wording.gain(verdict)),
        plain(wording.interval(verdict) or MISSING),
        plain(wording.test(verdict)),
        plain(wording.where(verdict)),
        "<br>".join(map(plain, wording.remarks(verdict))) or MISSING,
    )
