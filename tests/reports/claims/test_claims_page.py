"""`bench claims`: the page, the JSON and the terminal of the committed results, and what a page escapes and fetches."""

from __future__ import annotations

import json
import re
from pathlib import Path

import benchmark
from benchmark.paper_claims.check_claims import claims_of_cards, claims_on, verdicts
from benchmark.paper_claims.claim_verdict import WORDS
from benchmark.paper_claims.rows import COLUMNS
from reports.claims.write import write_claims
from reports.leaderboard.write import write_leaderboard
from tests.benchmark.paper_claims.made_up import card, ordering, seeds_of
from tests.commands import bench
from tests.places import ROOT
from tests.reports.elements import Elements

COMMITTED = ROOT / "examples" / "results"
HOSTILE = "<img src=x onerror=alert(1)> | `$x$` *bold*"


def test_every_claim_of_the_cards_has_a_verdict_from_the_committed_results(tmp_path: Path) -> None:
    outcome = bench("claims", "--runs", COMMITTED, "--out", tmp_path, "--json")
    assert outcome.code == 0, outcome.err
    printed = json.loads(outcome.out)
    assert printed == json.loads((tmp_path / "claims.json").read_text())
    assert (printed["schema_version"], printed["level"]) == (1, 0.05)
    found = printed["claims"]
    ids = {(one["method"], one["id"]) for one in found}
    assert ids == {(one.card.name, one.claim.id) for one in claims_of_cards()}
    for one in found:
        assert one["verdict"] in WORDS or (one["verdict"] is None and one["reason"])
    with_runs = {one["id"]: one for one in found if one["verdict"] is not None}
    assert with_runs["ebst-smiling"]["seeds"] == {"maskgan": [0], "maskgan+no-ebst": [0, 1, 2]}
    assert with_runs["ebst-smiling"]["needed"]
    assert with_runs["smiling-accuracy"]["verdict"] == "not comparable here"
    text, page = (tmp_path / "claims.md").read_text(), (tmp_path / "claims.html").read_text()
    for one in claims_of_cards():
        assert one.claim.statement in Elements(page).text
        assert one.claim.source in text
    assert not re.search(r"https?://|url\(|@import|<link|<script", page)


def test_the_terminal_names_verdicts_and_reasons() -> None:
    outcome = bench("claims", "--runs", COMMITTED, "--methods", "maskgan,sean")
    assert outcome.code == 0, outcome.err
    assert "claims on the card of maskgan" in outcome.out
    assert "no runs of spade+m here" in outcome.out
    assert "not told apart" in outcome.out
    assert "one family" in outcome.out


def test_the_frame_has_the_same_verdicts() -> None:
    frame = benchmark.claims(COMMITTED, methods=["maskgan"])
    assert list(frame.columns) == list(COLUMNS)
    claim = frame.set_index("id").loc["ebst-smiling"]
    assert (claim["verdict"], claim["better"], claim["worse"]) == ("not told apart", "maskgan", "maskgan+no-ebst")
    assert claim["low"] <= claim["gain"] <= claim["high"]
    assert frame["verdict"].isna().sum() > 0


def test_a_misspelt_method_is_one_sentence() -> None:
    outcome = bench("claims", "--runs", COMMITTED, "--methods", "maskgn")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.sentence.startswith("unknown method 'maskgn'; did you mean 'maskgan'")


def test_what_a_card_says_is_escaped(tmp_path: Path) -> None:
    runs = [run for name in ("alpha", "beta") for run in seeds_of(tmp_path / "runs", name, (0.9, 0.91, 0.92))]
    claim = ordering(statement=HOSTILE, source=HOSTILE)
    write_claims(verdicts(claims_on([card(claim)]), runs), tmp_path)
    page, text = Elements((tmp_path / "claims.html").read_text()), (tmp_path / "claims.md").read_text()
    assert page.of("img") == []
    assert HOSTILE in page.text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert "<img" not in text


def test_no_claims_make_a_page_that_says_so(tmp_path: Path) -> None:
    for path in write_claims([], tmp_path):
        if path.suffix != ".json":
            assert "list no claims" in path.read_text()


def test_the_methods_card_on_the_leaderboard_has_the_verdicts(tmp_path: Path) -> None:
    pairs = (("maskgan", {}), ("maskgan", {"variant": "no-ebst"}))
    runs = [
        run
        for number, (name, changes) in enumerate(pairs)
        for run in seeds_of(tmp_path / "runs", name, [0.9 - 0.2 * number] * 3, **changes)
    ]
    write_leaderboard(runs, tmp_path, formats=["html"])
    text = Elements((tmp_path / "leaderboard.html").read_text()).text
    assert "Claim ebst-follows-mask" in text
    assert re.search(r"reproduced, gain \+0\.\d+ \(\+0\.\d+ to \+0\.\d+\)", text)
    assert "on its card, which no runs of this page test" in text
