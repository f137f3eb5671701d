"""The line of a bar: count, bar and time left always, then the title, then losses, none of them cut."""

import re
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console
from rich.progress import Progress

from benchmark.runtime.progress_line import clock, columns
from tests.terminal import ROOT, Screen, on_terminal

LOSSES = ("adversarial 0.608", "feature_matching 1.87", "l1 5.07", "kld 0.308", "discriminator_real 0.492")
TITLES = ("maskgan: dense_mapping", "spade+no-feature-matching: painting", "copy-source: edit attribute-transfer")
PROGRAM = """
import sys, time
from benchmark.runtime.progress import Reporter

reporter = Reporter()
reporter.say("wrote " + "x" * 150 + ".png")
with reporter.bar(sys.argv[1], 37785) as advance:
    for done in (9000, 9600, 10200):
        advance(done, *sys.argv[2:])
        time.sleep(0.4)
"""


def line(width: int, title: str, *notes: str, done: int = 1000) -> str:
    """The line of a bar on a terminal of that width."""
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=width)
    with Progress(*columns(width), console=console, auto_refresh=False) as progress:
        progress.update(progress.add_task(title, total=37785, notes=notes), completed=done)
    screen = Screen(width, bare=True)
    screen.feed(file.getvalue().encode())
    (shown,) = screen.lines
    return shown


def whole(shown: str) -> list[str]:
    """The losses of a line; fails if one is cut."""
    found = [note for note in LOSSES if note in shown]
    assert found == list(LOSSES[: len(found)])
    assert shown.endswith(("dense_mapping", *LOSSES)), shown
    return found


@pytest.mark.parametrize(("width", "fitting"), [(60, 0), (80, 1), (100, 2), (120, 3), (200, 5)])
def test_as_many_whole_losses_as_fit_follow_what_must_be_seen(width: int, fitting: int) -> None:
    shown = line(width, "maskgan: dense_mapping", *LOSSES)
    assert re.match(r"1000/37785 [━╸╺]{7,25} left +-:-- maskgan: dense_mapping", shown.strip()), shown
    assert len(whole(shown)) == fitting


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("width", [60, 80])
def test_a_long_title_takes_nothing_from_count_bar_and_time(width: int, title: str) -> None:
    shown = line(width, title, *LOSSES, done=37785)
    count, bar, took, *rest = shown.split(maxsplit=4)
    assert (count, set(bar), took) == ("37785/37785", {"━"}, "took")
    assert re.fullmatch(r"\d:\d\d", rest[0])
    assert rest[1].startswith(title[:20])
    if width == 80:
        assert rest[1].startswith(title)


def test_wide_characters_count_double() -> None:
    assert "面" * 30 in line(120, "面" * 30, "loss 1")
    assert len(line(60, "面" * 30, "loss 1")) < 60


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (61.4, "1:01"), (3723, "1:02:03"), (360_000, "100:00:00")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_person_sees_count_and_time_left_all_the_time(width: int) -> None:
    shown = on_terminal(width, "-c", PROGRAM, "maskgan: dense_mapping", *LOSSES)
    assert shown.code == 0
    bars = [screen[-1] for screen in shown.screens if "dense_mapping" in screen[-1]]
    assert [bar for bar in bars if re.match(r"\s*10200/37785 [━╸╺]+ left\s+\d+:\d\d maskgan: dense_mapping", bar)]
    assert all(re.match(r"\s*\d+/37785 [━╸╺]+ left\s+[\d-]+:[\d-]+ maskgan: dense_mapping", bar) for bar in bars)
    assert len(whole(bars[-1])) == {60: 0, 80: 1, 100: 2, 120: 3}[width]
    assert sum("dense_mapping" in row for row in shown.lines) == 1
    assert "wrote " + "x" * 150 + ".png" in "".join(shown.lines)


def test_where_nobody_watches_a_bar_is_one_whole_line_without_control_codes() -> None:
    words = [sys.executable, "-c", PROGRAM, "maskgan: dense_mapping", *LOSSES]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True)
    said, bar = done.stderr.splitlines()
    assert said == "wrote " + "x" * 150 + ".png"
    assert re.fullmatch(r"maskgan: dense_mapping: 10200 of 37785 in 1\.\d s  " + "  ".join(LOSSES), bar)
    assert done.stdout == ""


def test_a_dumb_terminal_gets_that_line_too() -> None:
    shown = on_terminal(80, "-c", PROGRAM, "maskgan: dense_mapping", TERM="dumb")
    assert "maskgan: dense_mapping: 10200 of 37785 in" in shown.text
