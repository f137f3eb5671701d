"""The leaderboard's column "human": only beside the very runs that a study showed, in all formats."""

from __future__ import annotations

import csv
import json

import pytest

from benchmark.human_study.analysis.analyse import analyse
from benchmark.human_study.analysis.findings import Findings
from benchmark.runtime.atomic_files import sha256_of
from benchmark.tables.build_tables import tabulate
from benchmark.tables.human_column import CHANGED, NOT_SHOWN
from reports.leaderboard.write import write_leaderboard
from tests.reports.run_folders import run_folder
from tests.reports.synthetic import figure, protocol, result, runs
from tests.simulated_study import World, simulate

pytestmark = pytest.mark.integration

PROTOCOL = "attribute-transfer"
SHOWN = ("alpha", "beta", "gamma", "delta")


@pytest.fixture
def found(tmp_path):
    """Runs on disk: four that were shown, one that was not, the real images."""
    learned = [run_folder(tmp_path, name, 0.7) for name in (*SHOWN, "other")]
    return [*learned, run_folder(tmp_path, "real", kind="real", title="real images", weights_origin="none")]


def study(found, *, mode: str = "2afc", **changes) -> Findings:
    """A study of the runs, which knows their result files."""
    made = simulate(World(mode=mode, careless=2, obvious=3, questions=("realism", "identity")))
    findings = analyse(made.answers, made.study, made.key).findings
    given = {
        "tasks_sha256": {PROTOCOL: found[0][1].protocols[PROTOCOL].tasks_sha256},
        "results_sha256": {
            f"{each.label}/seed{each.seed}": sha256_of(path) for path, each in found if each.label in SHOWN
        },
    }
    return findings.model_copy(update=given | changes)


def cells(found, human: Findings) -> dict:
    (table,) = tabulate(found, human=human)
    return {row.label: cell for row in table.rows for cell in row.cells if cell.column.id == "human"}


def test_a_method_has_its_preference_with_interval_votes_and_unit(found) -> None:
    human = study(found)
    column = cells(found, human)
    for each in human.parts[0].methods:
        cell = column[each.method]
        assert cell.value == pytest.approx(100 * each.preference.value)
        assert (cell.low, cell.high) == pytest.approx((100 * each.preference.low, 100 * each.preference.high))
        assert cell.n == each.preference.votes
        assert (cell.column.facts.unit, cell.column.facts.direction) == ("%", "up")
        assert "two-way cluster bootstrap" in cell.interval
    assert column["other"].reason == column["real"].reason == NOT_SHOWN


def test_scores_keep_their_scale(found) -> None:
    human = study(found, mode="mos")
    assert cells(found, human)["alpha"].value == human.parts[0].methods[0].preference.value


def test_a_run_that_was_made_again_has_no_figure(found) -> None:
    human = study(found)
    found[1][0].write_text(found[1][0].read_text() + "\n")
    column = cells(found, human)
    assert (column["beta"].value, column["beta"].reason) == (None, CHANGED)
    assert column["alpha"].value is not None


def test_seeds_that_were_not_shown_are_told(found, tmp_path) -> None:
    human = study(found)
    cell = cells([*found, run_folder(tmp_path, "alpha", 0.7, seed=1)], human)["alpha"]
    assert cell.value is not None
    assert (cell.seeds, cell.seeds_run) == (1, 2)


def test_a_seed_that_was_shown_and_is_not_here_leaves_no_figure(found) -> None:
    human = study(found)
    two = human.results_sha256 | {"alpha/seed1": "c" * 64}
    assert cells(found, human.model_copy(update={"results_sha256": two}))["alpha"].reason == CHANGED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dataset": "celebamask-hq"}, "the study was made on celebamask-hq"),
        ({"tasks_sha256": {PROTOCOL: "0" * 64}}, "the study showed another task table, 000000000000, not "),
        ({"parts": []}, "the study did not ask about attribute-transfer"),
    ],
)
def test_a_study_of_something_else_is_a_sentence(found, changes, says) -> None:
    (table,) = tabulate(found, human=study(found, **changes))
    assert "human" not in [column.id for column in table.columns]
    assert says in table.human


def test_it_changes_no_other_figure(found) -> None:
    (without,), (table,) = tabulate(found), tabulate(found, human=study(found))
    for plain, row in zip(without.rows, table.rows, strict=True):
        rest = [(each.column.id, each.value, each.emphasis) for each in row.cells if each.column.id != "human"]
        assert rest == [(each.column.id, each.value, each.emphasis) for each in plain.cells]


def test_every_format_has_it(found, tmp_path) -> None:
    human = study(found)
    pages = write_leaderboard(found, tmp_path / "out", human=human, embed_samples=False)
    value = f"{100 * human.parts[0].methods[0].preference.value:.1f}"
    by_suffix = {
        path.suffix: path.read_text() for path in pages if path.suffix in (".md", ".html", ".tex", ".csv", ".json")
    }
    for suffix in (".md", ".html", ".tex"):
        assert "Human preference" in by_suffix[suffix] or "Human\\\\preference" in by_suffix[suffix].replace(" ", "")
        assert value in by_suffix[suffix]
        assert "30 of 32 raters kept" in by_suffix[suffix]
        assert NOT_SHOWN in by_suffix[suffix]
    lines = [line for line in csv.DictReader(by_suffix[".csv"].splitlines()) if line["metric"] == "human"]
    assert {line["method"]: line["printed"] for line in lines}["alpha"] == value
    assert {line["level"] for line in lines} == {"human"}
    (table,) = json.loads(by_suffix[".json"])["tables"]
    alpha = next(each for each in table["methods"] if each["method"] == "alpha")["figures"]["human"]
    assert alpha["n"] == human.parts[0].methods[0].preference.votes
    assert alpha["interval"]["low"] < alpha["value"] < alpha["interval"]["high"]
    assert "raters kept" in table["human"]


def test_without_a_study_nothing_is_said_of_one() -> None:
    (table,) = tabulate(runs(result("a", protocols={PROTOCOL: protocol({"seg-accuracy": figure(0.9)})})))
    assert table.human is None
    assert "human" not in [column.id for column in table.columns]
