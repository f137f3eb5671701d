"""`bench claims`: what papers claim of methods, tested on the runs at hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import options
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import split_names
from benchmark.runtime.printed_values import MISSING

if TYPE_CHECKING:
    from benchmark.paper_claims.claim_verdict import Verdict


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("claims", help="Test what papers claim, as the cards of methods list it, on the runs at hand.")(_claims)


def _claims(
    runs: options.RunGlobs = None,
    methods: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only the claims on the cards of these methods.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write claims.html, claims.md and claims.json to.")] = None,
    plugin: PluginOption = None,
    json: options.Json = False,
) -> None:
    load_plugins(plugin)
    from benchmark.results.read_runs import read_runs

    found = read_runs(runs or ["runs"], partial(print, file=sys.stderr))
    # imported here: a misspelt pattern must not wait for scipy
    from benchmark.paper_claims.check_claims import claims_of_cards, verdicts
    from reports.claims.json_file import render
    from reports.claims.write import write_claims

    tested = verdicts(claims_of_cards(split_names(methods or "")), found)
    pages = [] if out is None else write_claims(tested, out)
    if json:
        print(render(tested), end="")
    else:
        _print(tested)
        for page in pages:
            print(page)


def _print(found: Sequence[Verdict]) -> None:
    from rich.text import Text

    from benchmark.cli.folded_table import Column, print_table, stdout_console
    from reports.claims import wording

    console = stdout_console()
    for method in dict.fromkeys(verdict.of.card.name for verdict in found):
        mine = [verdict for verdict in found if verdict.of.card.name == method]
        reasons = list(dict.fromkeys(remark for verdict in mine for remark in wording.remarks(verdict)))
        marks = [
            " ".join(f"[{reasons.index(remark) + 1}]" for remark in wording.remarks(verdict)) or MISSING
            for verdict in mine
        ]
        columns = [
            Column("compared", [wording.about(verdict) for verdict in mine], "left"),
            Column("verdict", [wording.word(verdict) for verdict in mine], "left"),
            Column("gain", [wording.gain(verdict) for verdict in mine]),
            Column("95% interval", [wording.interval(verdict) or MISSING for verdict in mine]),
            Column("Holm p", [wording.test(verdict) for verdict in mine]),
            Column("remarks", marks, "left"),
        ]
        print_table(
            console,
            f"claims on the card of {method}",
            Column("claim", [verdict.of.claim.id for verdict in mine], "left"),
            columns,
        )
        for number, reason in enumerate(reasons, start=1):
            console.print(Text(f"[{number}] {reason}"))
    for sentence in (wording.counts(found), wording.rule(found)):
        console.print(Text(sentence))
