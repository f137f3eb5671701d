"""Files and words that nobody meant: readers give a value or the program's own error, and never anything else."""

import json
import math
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.cli.resolve_flags import parse_seed_range, parse_seeds
from benchmark.editing.process.messages import MessageError
from benchmark.results.schema import ProtocolResult, read_result
from benchmark.results.task_scores import TaskScores, tasks_sha256
from benchmark.runtime.checked_files import DamagedFileError
from benchmark.runtime.system_failures import sentence_of
from benchmark.training.checkpoints import TrainingCheckpointError
from benchmark.weights.external_data import ExternalDataError
from benchmark.weights.resources import MetricUnavailable
from registry.errors import LONGEST, InputError
from reports.run_page.loss_curves import read_loss_curves
from tests.benchmark.hostile_binaries import BINARY_READERS, TASKS
from tests.benchmark.hostile_readers import TEXT_READERS, VALUE_READERS, Reader
from tests.places import DATA

READERS = {**TEXT_READERS, **VALUE_READERS, **BINARY_READERS}
REFUSALS = (
    InputError, DamagedFileError, TrainingCheckpointError, MessageError, MetricUnavailable, ExternalDataError
)  # fmt: skip
"""The program's own errors, which those who call the readers know."""
SECONDS = 10.0
"""Of a processor that reading may take at most, of files that take milliseconds."""
MANY = 100_000
"""Inputs of the slow tests, in equal shares for the readers."""
RESULT = next((DATA / "results").glob("*.json")).read_text(encoding="utf-8")

TEXTS = st.sampled_from(
    [
        *("!!timestamp x", "!!python/object/apply:os.system ['true']", "!!binary aGk=", "!!int", "!!float ''", "!!set"),
        *("[" * 3000, "[" * 40 + "]" * 40, '{"a":' * 3000, "- " * 3000, "&a [*a]", "*a", "<<: 3", "? [a]: b"),
        *("9" * 5000, "-" + "9" * 400, "1e999", "-1e999", "1e308", "NaN", ".nan", "Infinity", "1e3", "0x" + "f" * 99),
        *("\0", "\ufeff", "\x85", "\ud7ff", "'", '"', "\t", "{", "}", ":", "- ", "#", "%", "|\n", ">", "---\n", "\n"),
        *("a" * 20_000, "true", "null", "[]", "{}", "2024-01-01", "12:30", "~", "-1", "0", '"1"', "[1e-4, 2]", ","),
        *("../../etc/passwd", "/dev/zero", "$HOME", "~root", "=1+1", "\u0661", "\u202e", "\U0001f600", "\r", ";"),
    ]
).map(str.encode)  # fmt: skip
BYTES = st.binary(max_size=8) | st.sampled_from(
    [
        b"\0" * 8,
        b"\xff" * 8,
        b"\xff\xff\xff\x7f",
        b"\0\0\0\x80",
        b"\0" * 5000,
        b"PK\3\4",
        b"PK\5\6",
        b"../a",
        b"\n",
        b"9" * 30,
    ]
)
PLACES = st.integers(0, 80) | st.integers(-80, -1) | st.integers(0, 2**20)
SPANS = st.sampled_from([0, 1, 2, 4, 8, 40, 2**20])
TEXT_EDITS = st.lists(st.tuples(PLACES, SPANS, TEXTS | BYTES), min_size=1, max_size=3)
BYTE_EDITS = st.lists(st.tuples(PLACES, SPANS, BYTES), min_size=1, max_size=4)
HOSTILE_VALUES = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1, 1.5, 1e308, math.nan, math.inf, -math.inf, 2**31, 2**63, -(2**63) - 1, 10**400),
        *("", "a", "0", "1e3", "nan", "..", "../a", "/etc/passwd", "\0", "a" * 20_000, "\ud83d", "<b>", "=1+1", "\n"),
        *([], {}, [[]], [{}], {"": ""}, [None], {"a": None}, [1, "a"], ["a", "a"], {"__proto__": {}}, [[[[[[1]]]]]]),
    ]
)
VALUE_EDITS = st.lists(st.tuples(st.integers(0, 2**20), HOSTILE_VALUES), min_size=1, max_size=3)


def edited(content: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Bytes with pieces put in place of others; places below 0 count from the end."""
    for place, length, piece in edits:
        start = place % (len(content) + 1)
        content = content[:start] + piece + content[start + length :]
    return content


def places_of(content: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON document that has a value: its container and the key there."""
    if not isinstance(content, dict | list):
        return []
    keys = list(content) if isinstance(content, dict) else range(len(content))
    return [found for key in keys for found in ((content, key), *places_of(content[key]))]


def revalued(content: bytes, edits: list[tuple[int, Any]]) -> bytes:
    """A JSON document with values put in place of others; of the document itself now and then."""
    document = [json.loads(content)]
    for place, value in edits:
        places = places_of(document)
        container, key = places[place % len(places)]
        container[key] = deepcopy(value)
    return json.dumps(document[0]).encode("utf-8", "surrogatepass")


def damaged(reader: Reader, data: st.DataObject) -> bytes:
    """What a reader reads, damaged as files of its kind are."""
    if reader.kind == "json" and data.draw(st.integers(0, 4)):
        return reader.wrap(revalued(reader.content, data.draw(VALUE_EDITS)))
    if reader.kind == "binary":
        return reader.wrap(edited(reader.content, data.draw(BYTE_EDITS)))
    content = edited(reader.content, data.draw(TEXT_EDITS))
    return content if reader.kind == "json" else reader.wrap(content)


def check(reader: Reader, folder: Path, content: bytes) -> None:
    """Read a file, which may be refused by one of the program's own errors, in time and in a message for people."""
    path = folder / reader.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    said = "read"
    started = time.process_time()
    try:
        reader.read(path)
    except REFUSALS as error:
        said = str(error)
    except (MemoryError, RuntimeError) as error:  # of a file that claims to be huge
        said = sentence_of(error) or ""
        if not said.startswith("the memory is used up"):
            raise
    assert time.process_time() - started < SECONDS
    assert 0 < len(said) <= LONGEST + 100 + len(str(path))


QUICK = settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=-(-MANY // len(READERS)), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_what_is_to_be_damaged(tmp_path: Path, name: str) -> None:
    reader = READERS[name]
    path = tmp_path / reader.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(reader.wrap(reader.content))
    if name in ("plain pickle", "tar of weights"):
        with pytest.raises(InputError):
            reader.read(path)
    else:
        reader.read(path)


@pytest.mark.parametrize("name", READERS)
@QUICK
@given(data=st.data())
def test_what_was_damaged_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    check(READERS[name], tmp_path, damaged(READERS[name], data))


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
@LONG
@given(data=st.data())
def test_a_hundred_thousand_inputs_are_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    check(READERS[name], tmp_path, damaged(READERS[name], data))


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
