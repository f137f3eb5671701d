"""Files and words that nobody meant: readers give a value or the program's own error, and never anything else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.cli.resolve_flags import parse_seed_range, parse_seeds
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_assignments, read_config
from benchmark.human_study.answers import read_rows
from benchmark.human_study.collection.formats.read_column_map import read_column_map
from benchmark.human_study.design.texts import read_texts
from benchmark.results.schema import ProtocolResult, read_result
from benchmark.results.task_scores import TaskScores, tasks_sha256
from benchmark.sweep.job_log import training_progress
from registry.cards import MethodCard, read_card
from registry.errors import LONGEST, InputError
from reports.run_page.loss_curves import read_loss_curves
from tests.places import DATA, ROOT

RESULT = next((DATA / "results").glob("*.json")).read_text(encoding="utf-8")
CARD = (ROOT / "methods" / "stargan" / "method.yaml").read_text(encoding="utf-8")
TEXTS = (ROOT / "benchmark/human_study/design/texts/2afc.yaml").read_text(encoding="utf-8")
COLUMNS = (
    "columns: {participant_id: rater, trial_id: trial, choice: answer}\nconstants: {study_id: s, question_id: q}\n"
)
CONFIG = "method: stargan\noptions: {iterations: 10, generator_lr: 1e-4}\ndataset: {size: 64}\nlimit: 4\n"
PROGRESS = '{"stage": "paint", "iteration": 10, "of": 20, "seconds": 1.5, "losses": {"l1": 0.5, "gan": null}}\n' * 3

HOSTILE = st.sampled_from(
    [
        *(
            "!!timestamp x",
            "!!python/object/apply:os.system ['true']",
            "!!binary aGk=",
            "!!int",
            "!!float ''",
            "!!set {a}",
        ),
        *("[" * 3000, "[" * 40 + "]" * 40, '{"a":' * 3000, "- " * 3000, "&a [*a]", "*a", "<<: 3", "? [a]: b"),
        *("9" * 5000, "-" + "9" * 400, "1e999", "-1e999", "1e308", "NaN", ".nan", "Infinity", "1e3", "0x" + "f" * 99),
        *(
            "\0",
            "\ufeff",
            "\x85",
            "\ud7ff",
            "'",
            '"',
            "\t",
            "{",
            "}",
            ":",
            "- ",
            "#",
            "%",
            "@",
            "|\n",
            ">",
            "---\n",
            "null",
        ),
        *("a" * 20_000, "true", "[]", "{}", "2024-01-01", "12:30", "~", "-1", "0", "1.5", '"1"', "[1e-4, 2]", ","),
    ]
)
EDITS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 12), HOSTILE), min_size=1, max_size=3)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text with pieces put in place of others."""
    for place, length, piece in edits:
        start = place % (len(text) + 1)
        text = text[:start] + piece + text[start + length :]
    return text


def bounded(read: Callable[[], object]) -> None:
    """Call a reader, which may refuse its input by the program's own error, in a message that people can read."""
    said = "read"
    try:
        read()
    except InputError as error:
        said = str(error)
    assert 0 < len(said) <= LONGEST + 100


FILES: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "card": ("method.yaml", CARD, lambda path: read_card(path, MethodCard)),
    "config": ("mine.yaml", CONFIG, lambda path: resolve([read_config(path)])),
    "texts": ("texts.yaml", TEXTS, read_texts),
    "column map": ("map.yaml", COLUMNS, read_column_map),
    "result": ("result.json", RESULT, read_result),
    "answers": ("answers.json", '{"answers": [{"study_id": "a"}]}', read_rows),
    "losses": ("progress.jsonl", PROGRESS, read_loss_curves),
    "progress": ("progress.jsonl", PROGRESS, lambda path: training_progress(path.parent)),
}


def hostile_file(folder: Path, kind: str, edits: list[tuple[int, int, str]]) -> None:
    name, text, read = FILES[kind]
    path = folder / name
    path.write_text(edited(text, edits), encoding="utf-8")
    bounded(lambda: read(path))


def hostile_word(edits: list[tuple[int, int, str]]) -> None:
    word = edited("options.generator_lr=1e-4", edits)
    bounded(lambda: resolve([ConfigSource({"method": "stargan"}, COMMAND), read_assignments([word])]))
    seeds = edited("0..3", edits)
    bounded(lambda: parse_seed_range("--seed", seeds))
    bounded(lambda: parse_seeds("--seeds", seeds))


QUICK = settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", FILES)
@QUICK
@given(edits=EDITS)
def test_a_file_is_read_or_refused(tmp_path: Path, kind: str, edits: list[tuple[int, int, str]]) -> None:
    hostile_file(tmp_path, kind, edits)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
@LONG
@given(edits=EDITS)
def test_thousands_of_files_are_read_or_refused(tmp_path: Path, kind: str, edits: list[tuple[int, int, str]]) -> None:
    hostile_file(tmp_path, kind, edits)


@QUICK
@given(edits=EDITS)
def test_a_word_of_a_command_is_read_or_refused(edits: list[tuple[int, int, str]]) -> None:
    hostile_word(edits)


@pytest.mark.slow
@LONG
@given(edits=EDITS)
def test_thousands_of_words_are_read_or_refused(edits: list[tuple[int, int, str]]) -> None:
    hostile_word(edits)


TASKS = pd.DataFrame({"task": [0, 1], "target": ["a", "b"], "source": ["c", "d"], "attribute": ["x", None]})


@pytest.mark.parametrize(
    "metadata",
    [
        b"",
        b"{",
        b"[" * 3000,
        b"[]",
        b'{"psnr": 3}',
        b'{"psnr": [["value", 4]]}',
        b'{"psnr": [[null, "value"]]}',
        b'{"psnr": [[["value"]]]}',
        b'{"psnr": [["absent", null]]}',
        b'{"psnr": [["value"], ["value", "value", "value"]]}',
        b'{"other": [["value", null]]}',
        b"\xff\xfe",
    ],
)
def test_scores_whose_metadata_was_changed_are_refused(tmp_path: Path, metadata: bytes) -> None:
    path = tmp_path / "scores" / "reconstruction.parquet"
    path.parent.mkdir()
    table = pa.Table.from_pandas(TASKS.assign(value=[1.0, 2.0]))
    pq.write_table(table.replace_schema_metadata({b"ratios": metadata}), path)
    result = ProtocolResult(title="R", num_tasks=2, tasks_sha256=tasks_sha256(TASKS), rule="", metrics={})
    with pytest.raises(InputError, match=r"reconstruction\.parquet: .*score the run again"):
        TaskScores(tmp_path, "reconstruction", result).tally("psnr")


def test_scores_with_a_column_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores" / "reconstruction.parquet"
    path.parent.mkdir()
    columns: list[Any] = [pa.array(TASKS[name]) for name in TASKS]
    pq.write_table(pa.table([*columns, pa.array(np.ones(2))], names=[*TASKS, "task"]), path)
    result = ProtocolResult(title="R", num_tasks=2, tasks_sha256=tasks_sha256(TASKS), rule="", metrics={})
    with pytest.raises(InputError, match="'task' twice"):
        TaskScores(tmp_path, "reconstruction", result)


@pytest.mark.parametrize(
    "line",
    [
        '{"stage": "paint", "iteration": 1e999, "losses": {"l1": 1}}',
        f'{{"stage": "paint", "iteration": {"9" * 400}, "losses": {{"l1": 1}}}}',
        f'{{"stage": "paint", "iteration": 5, "losses": {{"l1": {"9" * 400}}}}}',
        '{"stage": "paint", "iteration": 5, "losses": {"l1": 1e999}}',
        '{"stage": "paint", "iteration": 5, "losses": {"l1": -1e308}}',
        '{"stage": "paint", "iteration": 5, "losses": {"l1": NaN}}',
        "[" * 3000,
    ],
)
def test_numbers_beyond_measure_leave_the_curve_of_the_others(tmp_path: Path, line: str) -> None:
    good = [{"stage": "paint", "iteration": number, "losses": {"l1": 1.0 / number}} for number in (1, 2, 3)]
    path = tmp_path / "progress.jsonl"
    path.write_text("\n".join([*map(json.dumps, good), line]) + "\n")
    (curve,) = read_loss_curves(path)
    assert (curve.least, curve.most, curve.last) == (1 / 3, 1.0, 1 / 3)
    assert "nan" not in curve.path


@pytest.mark.parametrize(
    "seeds", ["9" * 5000, "0..99999999999", "²", "1..0", "-1", "٣", "1..2..3", "1e3", f"0..{2**53}"]
)
def test_seeds_that_are_none_or_too_many_are_one_sentence(seeds: str) -> None:
    for parse in (parse_seed_range, parse_seeds):
        with pytest.raises(InputError, match="--seed '") as caught:
            parse("--seed", seeds)
        assert len(str(caught.value)) < LONGEST + 100
    assert parse_seed_range("--seed", " 7 ") == [7]
    assert parse_seeds("--seeds", "3") == [0, 1, 2]


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "-18446744073709551616"])
def test_whole_numbers_beyond_64_bits_are_no_result(tmp_path: Path, number: str) -> None:
    content = json.loads(RESULT)
    content["cost"]["parameters"] = 123456
    path = tmp_path / "result.json"
    path.write_text(json.dumps(content).replace("123456", number))
    with pytest.raises(InputError, match=r"result\.json: "):
        read_result(path)


def test_a_card_or_a_result_may_ask_for_twelve_decimals_and_no_more(tmp_path: Path) -> None:
    content = json.loads(RESULT)
    metric = next(iter(content["metrics"].values()))
    path = tmp_path / "result.json"
    for decimals in (12, 13):
        metric["decimals"] = decimals
        path.write_text(json.dumps(content))
        if decimals == 12:
            read_result(path)
    with pytest.raises(InputError, match="decimals: Input should be less than or equal to 12"):
        read_result(path)
