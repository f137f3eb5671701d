"""Whatever a file of answers contains, it is read or refused in a sentence; and no message grows with its content."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmark.human_study.answers import COLUMNS, Answer, read_rows
from benchmark.human_study.collection.arena import HEADER
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.detect import read_raw_answers
from benchmark.human_study.collection.formats.raw_answers import RawAnswer
from benchmark.human_study.collection.formats.read_column_map import map_names, read_column_map
from benchmark.human_study.collection.import_answers import import_answers
from benchmark.human_study.collection.rejections import Fault
from benchmark.human_study.collection.validate import AnswerValidator, unreadable
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import answers, study_folder

STUDY = made.study()
KEY = made.key(STUDY)
LONGEST = 2_000
"""Characters of a message: several names, each cut."""
OF_TOOLS = (
    "subject", "response", "rt", "participant", "key_resp.keys", "key_resp.rt", "annotator", "annotation_id",
    "lead_time", "was_cancelled", "Timestamp", "ResponseId", "AssignmentId", "WorkerId", "AssignmentStatus", "Reject",
    "Input.trial_id", "Input.shown_order", "Answer.realism", "Answer.choice.realism.0.on", "Answer.taskAnswers",
    "004512 realism", "judge", "item", "data", "annotations", "answers", "result",
)  # fmt: skip
NAMES = st.sampled_from((*COLUMNS, *HEADER, *OF_TOOLS)) | st.text(max_size=4)
LONG = st.sampled_from("x9[{'\"é").map(lambda character: character * 4000)
CELLS = (
    st.sampled_from(
        ("", "NA", "null", "1", "4.0", "-3", "1e400", "inf", "left", "a", "tie", "004512", "o004512a", "realism",
         "o004512a o004512b", made.STUDY_ID, "Rejected", "model_a", "maskgan", "spade-m", "[{\"selected\": \"left\"}]",
         "[{", "Tue Mar 05 10:11:12 PST 2019", "2026/03/07 2:33:51 PM GMT+1", "2026-03-01T09:30:00Z", "\ud83d", "٣")
    )
    | st.text(max_size=6)
    | LONG
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
MAPS: Sequence[ColumnMap | None] = (
    None,
    *map(read_column_map, map_names()),
    ColumnMap(
        columns={"trial_id": "trial_id"},
        constants={"shown_order": "study", "question_id": "realism"},
        choices={"1": "left"},
        wide={"raters": ["choice", "response"]},  # type: ignore[arg-type]
    ),
)


def check_read(path: Path, columns: ColumnMap | None, encoding: str | None = None) -> None:
    """Read a file, and validate its answers, as an import does."""
    with suppress(InputError):
        _check_answers(read_raw_answers(path, STUDY, KEY, columns, encoding).answers)


def _check_answers(raw_answers: Iterable[RawAnswer]) -> None:
    validator = AnswerValidator(STUDY, KEY)
    for raw in raw_answers:
        raw.raw.encode()
        checked = raw.fault or validator.validate(raw.cells)
        if isinstance(checked, Answer):
            "".join(checked.cells()).encode()
        else:
            assert isinstance(checked, Fault)
            assert len(str(checked)) < LONGEST
        assert all(len(fault) < LONGEST for fault in unreadable(raw.cells).values())


@pytest.mark.parametrize("columns", [None, MAPS[2]])
@pytest.mark.parametrize(
    "content",
    [
        "x" * 9000 + ",y\n1,2\n",
        "trial_id,choice," + "x" * 9000 + "\n1,2,3\n",
        "AssignmentId,WorkerId,Answer." + "x" * 9000 + "\n1,2,3\n",
        "AssignmentId,WorkerId,Answer.taskAnswers\n1,2,{" + "x" * 9000 + "\n",
        json.dumps([{"x" * 9000: 1}]),
        json.dumps([{"trial_id": "x" * 9000, "choice": "x" * 9000}]),
        "[" * 9000,
        "model_a,model_b,winner\n" + "x" * 9000 + ",b,tie\n",
        made.csv_table(made.page_rows(answers()[:1])).replace("trial_id", "x" * 9000),
    ],
)
def test_a_refusal_is_short(tmp_path: Path, content: str, columns: ColumnMap | None) -> None:
    path = study_folder(tmp_path) / "a"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        import_answers(tmp_path, [path], columns)
    assert len(str(error.value)) < LONGEST


def fuzzed(examples: int) -> settings:
    return settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)


@pytest.mark.integration
@fuzzed(150)
@given(content=st.binary(max_size=300), encoding=st.sampled_from((None, "utf-8", "utf-16", "cp1252", "utf-7", "idna")))
def test_any_bytes(tmp_path: Path, content: bytes, encoding: str | None) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    check_read(path, None, encoding)


@pytest.mark.integration
@fuzzed(150)
@given(
    header=st.lists(NAMES, min_size=1, max_size=14),
    rows=st.lists(st.lists(CELLS, max_size=14), max_size=4),
    separator=st.sampled_from(",;\t"),
    quotes=st.booleans(),
    end=st.sampled_from(("", "\n", "\r\n")),
    columns=st.sampled_from(MAPS),
)
def test_any_cells(
    tmp_path: Path,
    header: list[str],
    rows: list[list[str]],
    separator: str,
    quotes: bool,
    end: str,
    columns: ColumnMap | None,
) -> None:
    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quotes else cell

    lines = [separator.join(map(written, row)) for row in (header, *rows)]
    path = tmp_path / "a"
    path.write_bytes(("\n".join(lines) + end).encode("utf-8", "replace"))
    check_read(path, columns)


@pytest.mark.integration
@fuzzed(150)
@given(index=st.integers(0, 11), cells=st.lists(CELLS, min_size=3, max_size=3), columns=st.sampled_from(MAPS))
def test_any_cell_among_right_ones(tmp_path: Path, index: int, cells: list[str], columns: ColumnMap | None) -> None:
    rows = made.page_rows(answers()[:3])
    for row, cell in zip(rows, cells, strict=True):
        row[COLUMNS[index]] = cell.encode("utf-8", "replace").decode()
    path = tmp_path / "a"
    path.write_text(made.csv_table(rows), newline="")
    check_read(path, columns)


@pytest.mark.integration
@fuzzed(150)
@given(documents=st.lists(JSON, min_size=1, max_size=3), columns=st.sampled_from(MAPS))
def test_any_json(tmp_path: Path, documents: list[object], columns: ColumnMap | None) -> None:
    path = tmp_path / "a"
    path.write_text("\n".join(map(json.dumps, documents)))
    check_read(path, columns)


@pytest.mark.parametrize("depth", [90, 150, 900, 5_000, 100_000])
@pytest.mark.parametrize("columns", MAPS[:2])
@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("[", "]"),
        ('{"a":', "}"),
        ('[{"trial_id": "004512", "choice": ', "}]"),
        ('[{"data": {"trial_id": "004512"}, "annotations": [{"result": [{"value": {"selected": ', "}}]}]}]"),
    ],
)
def test_any_depth(tmp_path: Path, head: str, tail: str, depth: int, columns: ColumnMap | None) -> None:
    path = tmp_path / "a"
    if len(head) < 6:
        path.write_text(head * depth + "1" + tail * depth)
    else:
        path.write_text(head + "[" * depth + "]" * depth + tail)
    check_read(path, columns)
    if depth > 100:
        with pytest.raises(InputError, match="nested more than 100 levels deep"):
            read_raw_answers(path, STUDY, KEY, columns)


@pytest.mark.parametrize("depth", [900, 100_000])
def test_a_form_as_deep_as_that_is_a_broken_row(tmp_path: Path, depth: int) -> None:
    row = {"AssignmentId": "1", "WorkerId": "w", "Answer.realism": "", "Answer.taskAnswers": "[" * depth + "]" * depth}
    path = tmp_path / "a"
    path.write_text(made.csv_table([row]))
    (raw,) = read_raw_answers(path, STUDY, KEY).answers
    assert str(raw.fault) == "broken row: Answer.taskAnswers is not JSON: nested more than 100 levels deep"
    (tmp_path / "answers.json").write_text("[" * depth)
    with pytest.raises(InputError, match=r"answers\.json"):
        read_rows(tmp_path / "answers.json")
