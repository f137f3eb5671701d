"""`bench leaderboard`: what it says of result files that it cannot use."""

import json
from pathlib import Path

import pytest

from tests.commands import bench
from tests.places import DATA

RESULTS = DATA / "results"


def test_a_damaged_file_is_named_also_where_the_others_are_refused(tmp_path: Path) -> None:
    for folder, name in (("one", "v1-first"), ("same", "v1-scale")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "result.json").write_text((RESULTS / f"{name}.json").read_text())
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "result.json").write_text("{")
    outcome = bench("leaderboard", "--runs", tmp_path, "--out", tmp_path / "pages")
    assert outcome.code == 2
    assert "both are seed 0 of maskgan" in outcome.sentence
    assert f"left out: {tmp_path / 'damaged' / 'result.json'}: " in outcome.err


@pytest.mark.parametrize("words", [("leaderboard", "--runs", "runs/***"), ("score", "run**", "--metrics", "fid")])
def test_what_is_no_pattern_of_files_is_refused(words: tuple[str, ...]) -> None:
    outcome = bench(*words)
    assert outcome.code == 2
    assert outcome.sentence.endswith("is no pattern of files: ** stands for whole folders, between slashes")


def test_pages_say_how_many_files_are_in_no_table_and_not_where_they_lie(tmp_path: Path) -> None:
    for folder, text in (("one", (RESULTS / "v1-first.json").read_text()), ("damaged", "{"), ("empty", "")):
        (tmp_path / "runs" / folder).mkdir(parents=True)
        (tmp_path / "runs" / folder / "result.json").write_text(text)
    outcome = bench("leaderboard", "--runs", tmp_path / "runs", "--out", tmp_path, "--format", "md,html,json")
    assert outcome.code == 0, outcome.err
    assert outcome.err.count("left out: ") == 2
    for page in ("leaderboard.md", "leaderboard.html"):
        text = (tmp_path / page).read_text()
        assert "2 result files were left out" in text
        assert str(tmp_path) not in text
    assert json.loads((tmp_path / "leaderboard.json").read_text())["unusable_results"] == 2
    bench("leaderboard", "--runs", tmp_path / "runs" / "one", "--out", tmp_path, "--format", "md,html")
    assert not any("left out" in (tmp_path / f"leaderboard.{page}").read_text() for page in ("md", "html"))
