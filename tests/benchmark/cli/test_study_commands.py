"""`bench study analyse` and `bench study plan`, from the command line."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.human_study.analysis.findings import Findings, read_findings
from tests.commands import bench
from tests.simulated_study import STRENGTHS, World, simulate
from tests.simulated_study_folder import write_folder

WORLD = World(careless=4, obvious=3, repeats=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "study", simulate(WORLD))


def test_analyse_writes_the_file_and_its_pages_and_prints_a_table(folder: Path) -> None:
    outcome = bench("study", "analyse", folder)
    assert outcome.code == 0, outcome.err
    assert {path.suffix for path in (folder / "analysis").iterdir()} == {
        ".json",
        ".md",
        ".tex",
        ".html",
        ".svg",
        ".png",
    }
    assert all(str(path) in outcome.err for path in (folder / "analysis").iterdir())
    lines = [line for line in outcome.out.splitlines() if any(name in line for name in STRENGTHS)]
    assert [line.split()[1] for line in lines] == list(STRENGTHS)
    assert "30 of 34 raters kept; 0 rows not counted" in outcome.out


def test_who_was_left_out_is_told_in_private_alone(folder: Path) -> None:
    outcome = bench("study", "analyse", folder, "--json")
    with (folder / "private" / "raters.csv").open() as file:
        reasons = {row["participant_id"]: row["reasons"] for row in csv.DictReader(file)}
    assert {rater for rater, reason in reasons.items() if reason} == {f"rater{number}" for number in range(30, 34)}
    published = "".join(path.read_text() for path in (folder / "analysis").iterdir() if path.suffix != ".png")
    assert not any(f"{rater}," in published + outcome.out or f'"{rater}"' in published for rater in reasons)
    assert Findings.model_validate(json.loads(outcome.out)) == read_findings(folder)


def test_a_raters_id_is_no_formula(tmp_path: Path) -> None:
    made = simulate(World(raters=2))
    answers = made.answers.assign(participant_id=made.answers["participant_id"].replace("rater0", "=cmd()"))
    folder = write_folder(tmp_path, replace(made, answers=answers))
    assert bench("study", "analyse", folder).code == 0
    with (folder / "private" / "raters.csv").open() as file:
        assert [row["participant_id"] for row in csv.DictReader(file)] == ["'=cmd()", "rater1"]


def test_the_rule_is_the_users(folder: Path) -> None:
    lenient = ("--obvious-failed", "1", "--repeats-chance", "0", "--fastest-ms", "0")
    outcome = bench("study", "analyse", folder, *lenient, "--json")
    assert json.loads(outcome.out)["exclusions"]["kept"] == 34


@pytest.mark.parametrize(
    ("option", "value"),
    [("--fastest-ms", "inf"), ("--fastest-ms", "nan"), ("--obvious-failed", "nan"), ("--repeats-chance", "nan")],
)
def test_a_rule_that_is_no_number_is_refused_before_anything_is_written(folder: Path, option: str, value: str) -> None:
    outcome = bench("study", "analyse", folder, option, value)
    assert outcome.code == 2
    assert option in outcome.err
    assert not (folder / "analysis").exists()


def test_the_same_answers_give_the_same_bytes(folder: Path) -> None:
    first, second = (
        {path.name: path.read_bytes() for path in (folder / "analysis").iterdir()}
        for _ in range(2)
        if bench("study", "analyse", folder).code == 0
    )
    assert first == second


def test_a_study_without_answers_gets_a_page(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, simulate(World(raters=0)))
    outcome = bench("study", "analyse", folder)
    assert outcome.code == 0, outcome.err
    assert "no rank: no answers" in outcome.out
    assert "No rank: no answers." in (folder / "analysis" / "analysis.html").read_text()


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("public/study.json", "study.json: No such file or directory"),
        ("private/key.json", "key.json: No such file or directory"),
        ("private/answers.csv", "answers.csv does not exist; `bench study import"),
    ],
)
def test_a_missing_file_is_named(folder: Path, missing: str, says: str) -> None:
    (folder / missing).unlink()
    outcome = bench("study", "analyse", folder)
    assert outcome.code == 2
    assert says in outcome.sentence


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    outcome = bench("study", "analyse", tmp_path / "nowhere")
    assert outcome.code == 2
    assert "nowhere does not exist" in outcome.sentence


def test_plan_prints_votes_and_participants() -> None:
    outcome = bench("study", "plan", "--difference", "0.6")
    assert outcome.code == 0
    assert "199 independent votes" in outcome.out
    assert "995 votes" in outcome.out
    assert "19 participants" in outcome.out
    found = json.loads(bench("study", "plan", "--difference", "0.55", "--methods", "3", "--json").out)
    assert (found["independent_votes"], found["pairs"]) == (786, 3)


def test_plan_refuses_what_is_no_share() -> None:
    outcome = bench("study", "plan", "--difference", "60")
    assert outcome.code == 2
    assert "--difference is 60" in outcome.sentence
