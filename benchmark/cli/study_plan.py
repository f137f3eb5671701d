"""`bench study plan`: how many votes and participants a study needs."""

from __future__ import annotations

import json as json_format
from dataclasses import asdict
from typing import Annotated

import typer

from benchmark.cli import options


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", help="Votes and participants that a difference of a given size takes.")(_plan)


def _plan(
    difference: Annotated[
        float, typer.Option(help="Share of votes that the better of two methods is to get, such as 0.6.")
    ],
    methods: Annotated[int, typer.Option(help="Methods, each set against every other.")] = 2,
    design_effect: Annotated[
        float, typer.Option(help="How many times as many votes it takes because votes of one rater or face are alike.")
    ] = 5,
    sitting: Annotated[int, typer.Option(help="Trials shown to a participant, a tenth of them checks.")] = 60,
    json: options.Json = False,
) -> None:
    # imported here: it loads scipy
    from benchmark.human_study.design.sample_size import plan

    found = plan(difference, methods, design_effect, sitting)
    if json:
        print(json_format.dumps(asdict(found), indent=2))
        return
    pairs = "the pair" if found.pairs == 1 else f"each of {found.pairs} pairs"
    print(f"{found.independent_votes:,} independent votes tell {difference:.0%} from an even split")
    print("  (exact binomial test, two-sided at 5%, power 80%)")
    print(f"{found.votes:,} votes for {pairs}, with a design effect of {design_effect:g}")
    print(
        f"{found.participants:,} participants with one session each: {found.trials} trials that count, the rest checks"
    )
