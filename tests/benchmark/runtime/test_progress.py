"""What a command says: a line each, on the terminal and in the log, whatever names of files are in it."""

import re
import resource
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark.runtime import progress
from benchmark.runtime.progress import Reporter


def test_a_name_that_no_encoding_has_is_said_and_logged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter()
    with reporter.logging_to(tmp_path / "log.txt"):
        reporter.say("left out: caf\udce9\n\x1b[2J.png")
    said = r"left out: caf\udce9\n\x1b[2J.png"
    assert said in capfd.readouterr().err
    (line,) = (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()
    assert line.endswith(said)


def test_work_that_goes_on_for_long_says_now_and_then_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_SECONDS", 20)
    now = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0], strftime=time.strftime))
    reporter = Reporter(quiet=True)
    with reporter.logging_to(tmp_path / "log.txt"), reporter.bar("tiny: paint", 100) as advance:
        for done in (10, 20, 30):
            advance(done, "l1 0.5", f"{done} images/s")
            now[0] += 15
    lines = [line[20:] for line in (tmp_path / "log.txt").read_text().splitlines()]
    assert len(lines) == 2, "one in between, and one at the end"
    assert re.fullmatch(r"tiny: paint: 30 of 100 in 30\.0 s  left \d:\d\d  l1 0\.5  30 images/s", lines[0])
    assert re.fullmatch(r"tiny: paint: 30 of 100 in 45\.0 s  l1 0\.5  30 images/s", lines[1])


def test_a_line_for_which_the_log_has_no_room_is_lost_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    reporter = Reporter()
    with reporter.logging_to(tmp_path / "log.txt"):
        reporter.say("first")
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            reporter.say("second")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "second" in capsys.readouterr().err
    assert "second" not in (tmp_path / "log.txt").read_text()
