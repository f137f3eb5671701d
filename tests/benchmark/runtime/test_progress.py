"""What a command says: a line each, on the terminal and in the log, whatever names of files are in it."""

from pathlib import Path

import pytest

from benchmark.runtime.progress import Reporter


def test_a_name_that_no_encoding_has_is_said_and_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    with reporter.logging_to(tmp_path / "log.txt"):
        reporter.say("left out: caf\udce9\n\x1b[2J.png")
    said = r"left out: caf\udce9\n\x1b[2J.png"
    assert said in capfd.readouterr().err
    (line,) = (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()
    assert line.endswith(said)
