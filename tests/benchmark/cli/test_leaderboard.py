"""`bench leaderboard`: what it says of result files that it cannot use."""

from pathlib import Path

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
