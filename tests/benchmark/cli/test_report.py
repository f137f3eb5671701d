"""`bench report`: a run's page made anew, and what it refuses."""

from pathlib import Path

from tests.commands import bench
from tests.places import ROOT

RUN = ROOT / "examples/results/rendered-faces/maskgan/seed0"


def test_it_writes_the_page_where_it_is_asked_to(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    outcome = bench("report", RUN, "--out", page)
    assert (outcome.code, outcome.out.strip()) == (0, str(page))
    assert "MaskGAN, seed 0" in page.read_text()


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    outcome = bench("report", tmp_path)
    assert outcome.code == 2
    assert str(tmp_path / "result.json") in outcome.sentence


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    outcome = bench("report", RUN, "--out", tmp_path)
    assert outcome.code == 2
    assert outcome.sentence.startswith(f"--out '{tmp_path}' is a folder; name the file to write, such as ")
    assert not list(tmp_path.iterdir())


def test_one_file_cannot_hold_two_runs(tmp_path: Path) -> None:
    outcome = bench("report", RUN, RUN, "--out", tmp_path / "run.html")
    assert outcome.code == 2
    assert "one run folder, not 2" in outcome.sentence
