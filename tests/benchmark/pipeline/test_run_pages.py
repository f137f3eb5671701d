"""Pages after runs: one that cannot be written is said, and fails neither its run nor the other pages."""

from pathlib import Path

import pytest

from benchmark.pipeline.run_all import write_run_pages
from benchmark.runtime.progress import Reporter
from tests.reports.run_folders import study

pytestmark = pytest.mark.integration


def test_a_page_that_fails_is_said_and_the_others_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = [path.parent for path, _ in study(tmp_path)]
    (first / "report.html").mkdir()
    write_run_pages([first, *others], Reporter())
    said = capsys.readouterr().err
    assert f"the page of {first} could not be written ({first}" in said
    assert "Is a directory); the results are not affected" in said
    assert all((folder / "report.html").is_file() for folder in others)
