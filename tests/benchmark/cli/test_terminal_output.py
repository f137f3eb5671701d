"""What the commands print on terminals of 60 to 120 columns, and where there is no terminal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.results.schema import read_result
from tests.commands import TINY, bench, settings
from tests.places import ROOT
from tests.terminal import on_terminal

EXAMPLES = ROOT / "examples" / "results"
RESULTS = sorted(EXAMPLES.rglob("seed0/result.json"))
BENCH = ("-m", "benchmark.cli")
SPADE = ("--method", "spade", *TINY, *settings("options.ngf=4", "options.hidden=4", "options.batch_size=2"))
COMPARE = (*BENCH, "compare", "maskgan", "region-color", "--runs", EXAMPLES, "--protocol", "style-copy")
SUMMARY = """
import sys
from pathlib import Path
from benchmark.cli.print_results import print_results
from benchmark.results.schema import read_result
print_results([read_result(Path(path)) for path in sys.argv[1:]], as_json=False)
"""
SWEEP = """
import sys
from benchmark.cli.print_sweep import print_record
from benchmark.sweep.record import JobRecord, SweepRecord

def job(label, state, **changes):
    name = f"{label} on celebamask-hq, seed 0"
    return JobRecord(role="experiment", name=name, label=label, dataset="celebamask-hq", seed=0, folder="f",
                     state=state, log="runs/logs/" + "x" * 100 + ".log", **changes)

print_record(SweepRecord(jobs=[
    job("spade+no-feature-matching", "finished", seconds=36723.0),
    job("maskgan+ebst=false,lambda_inter=4.0", "already finished"),
    job("copy-source", "failed", seconds=2.0, error="y" * 90),
]), as_json=False)
"""


def in_a_pipe(*words: str | Path) -> str:
    """What Python prints into a pipe."""
    done = subprocess.run([sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stdout + done.stderr
    assert "…" not in done.stdout
    return done.stdout


def cells(lines: list[str]) -> list[list[str]]:
    """The rows of tables."""
    return [[cell.strip() for cell in line.strip("┃│").split(line[0])] for line in lines if line[:1] in ("┃", "│")]


def names_in_heads(lines: list[str]) -> list[str]:
    return [name for row in cells(lines) if row[0] == "metric" for name in row[1:]]


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_a_summary_breaks_no_name_and_no_figure(columns: int) -> None:
    shown = on_terminal(columns, "-c", SUMMARY, *RESULTS)
    assert shown.code == 0, shown.text
    results = [read_result(path) for path in RESULTS]
    protocols = dict.fromkeys(protocol for result in results for protocol in result.protocols)
    expected = [result.label for protocol in protocols for result in results if protocol in result.protocols]
    assert len(expected) > 3 * 6
    assert names_in_heads(shown.lines) == expected
    figures = [cell for row in cells(shown.lines) if row[0] != "metric" for cell in row[1:]]
    assert all(re.fullmatch(r"–|-?\d+\.\d+", figure) for figure in figures)


def test_a_summary_in_a_pipe_is_one_table_per_protocol() -> None:
    lines = in_a_pipe("-c", SUMMARY, *RESULTS).splitlines()
    heads = [row for row in cells(lines) if row[0] == "metric"]
    assert [len(head) for head in heads] == [1 + len(RESULTS)] * 3


@pytest.mark.parametrize("columns", [60, 80])
def test_a_comparison_breaks_no_cell(columns: int) -> None:
    shown = on_terminal(columns, *COMPARE)
    assert shown.code == 0, shown.text
    heads = names_in_heads(shown.lines)
    assert [head.split(",")[0] for head in heads] == ["maskgan", "region-color", *heads[2:]]
    assert heads[2:] == ["gain", "better", "p", "Holm p", "n"]
    assert {len(row[0].split()) for row in cells(shown.lines) if row[0] != "metric"} == {2}, "a metric and its arrow"
    assert any(re.fullmatch(r"\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]", row[1]) for row in cells(shown.lines))


def test_a_comparison_in_a_pipe_is_one_table_and_whole_sentences() -> None:
    lines = in_a_pipe(*COMPARE).splitlines()
    assert names_in_heads(lines)[2:] == ["gain", "better", "p", "Holm p", "n"]
    assert next(line for line in lines if line.startswith("gain: ")).endswith("tests.")


@pytest.mark.parametrize("columns", [60, 80])
def test_a_sweeps_jobs_keep_their_names(columns: int) -> None:
    shown = on_terminal(columns, "-c", SWEEP)
    assert shown.code == 0, shown.text
    jobs = shown.text.partition("copy-source on celebamask-hq, seed 0 failed: ")[0]
    for time, state, label in (
        ("10:12:03", "finished", "spade+no-feature-matching"),
        ("–", "already finished", "maskgan+ebst=false,lambda_inter=4.0" if columns == 80 else "maskgan+"),
        ("0:02", "failed", "copy-source"),
    ):
        assert re.search(rf"^ *{time}  {state} +{re.escape(label)}", jobs, re.MULTILINE), shown.text
    assert "maskgan+ebst=false,lambda_inter=4.0oncelebamask-hq,seed0" in "".join(jobs.split())
    assert "y" * 90 + "; log: runs/logs/" + "x" * 100 + ".log" in "".join(shown.lines)
    assert "1 finished, 1 already finished, 1 failed" in shown.text


@pytest.mark.parametrize("columns", [60, 80])
def test_a_list_keeps_every_name_and_its_title_together(columns: int) -> None:
    shown = on_terminal(columns, *BENCH, "list")
    assert shown.code == 0, shown.text
    assert "\n".join(line.rstrip() for line in in_a_pipe(*BENCH, "list").splitlines() if line.strip()) == shown.text
    assert re.search(r"^attribute-preservation +Attribute preservation$", shown.text, re.MULTILINE)


@pytest.mark.parametrize("columns", [60, 80])
def test_a_card_breaks_at_words(columns: int) -> None:
    shown, piped = on_terminal(columns, *BENCH, "show", "maskgan"), in_a_pipe(*BENCH, "show", "maskgan")
    assert shown.code == 0, shown.text
    # the words of a comment go on in lines of their own, each with its mark
    in_pipe, on_screen = ([word for word in text.split() if word != "#"] for text in (piped, shown.text))
    assert in_pipe == on_screen


def test_a_training_shows_count_bar_and_time_left_on_eighty_columns(cache: Path, tmp_path: Path) -> None:
    words = ("train", *SPADE, *settings("options.iterations=30"), "--runs", tmp_path)
    shown = on_terminal(80, *BENCH, *words, BENCH_CACHE=str(cache))
    assert shown.code == 0, shown.text
    bars = [screen[-1] for screen in shown.screens if "spade: painting" in screen[-1]]
    assert [bar for bar in bars if re.match(r" +[12]0/30 [━╸╺]{10} left +\S+ spade: painting  adversarial \S+$", bar)]
    assert re.match(r" +30/30 ━{10} took +\d:\d\d spade: painting  adversarial \S+$", bars[-1])
    assert not [line for line in shown.lines if "…" in line]


def test_a_training_in_a_pipe_says_each_stage_on_one_line(cache: Path, tmp_path: Path) -> None:
    outcome = bench("train", *SPADE, *settings("options.iterations=2"), "--runs", tmp_path)
    assert (outcome.code, outcome.out) == (0, "")
    assert not re.search(r"[\x1b\r…━]", outcome.err)
    (line,) = (line for line in outcome.err.splitlines() if line.startswith("spade: painting"))
    assert re.match(r"spade: painting: 2 of 2 in \d+\.\d s  adversarial \S+  feature_matching \S+  l1 \S+", line)
