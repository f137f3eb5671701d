"""Why an answer is rejected: one reason each, by ids and never by position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.human_study.answers import COLUMNS, Answer
from benchmark.human_study.collection.rejections import Fault
from benchmark.human_study.collection.spreadsheet_damage import damage
from benchmark.human_study.collection.validate import AnswerValidator, unreadable
from benchmark.human_study.schema import Mode, Option, Study, Trial
from registry.errors import InputError
from tests.benchmark.human_study import answered_study as made
from tests.benchmark.human_study.answered_study import answer


def checked(of: Study | None = None, **cells: str) -> Answer | Fault:
    of = of or made.study()
    right = dict(zip(COLUMNS, answer().cells(), strict=True))
    return AnswerValidator(of, made.key(of)).validate({**right, **cells})


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("schema_version", "2", "of another schema version: '2'"),
        ("study_id", "s00000000", "of another study: 's00000000'"),
        ("study_id", "", "of another study: ''"),
        ("study_id", "5.23E+10", "damaged by a spreadsheet: '5.23E+10' was an id"),
        ("participant_id", "", "participant missing"),
        ("participant_id", "NA", "participant missing"),
        ("participant_id", "nan", "participant missing"),
        ("participant_id", "5.23E+10", "damaged by a spreadsheet: '5.23E+10' was an id"),
        ("trial_id", "", "names no trial"),
        ("trial_id", "NA", "names no trial"),
        ("trial_id", "ffffff", "unknown trial: 'ffffff'"),
        ("trial_id", "4512", "damaged by a spreadsheet: '4512' was '004512' before"),
        ("trial_id", "4512.0", "damaged by a spreadsheet: '4512.0' was '004512' before"),
        ("trial_id", "1,24E+11", "damaged by a spreadsheet: '1,24E+11' was an id"),
        ("trial_id", "9f0000", "practice trial: '9f0000'"),
        ("question_id", "beauty", "unknown question: 'beauty'"),
        ("shown_order", "", "shown order is not the trial's options: ''"),
        ("shown_order", "o004512a", "shown order is not the trial's options: 'o004512a'"),
        ("shown_order", "o004512a o004512a", "shown order is not the trial's options"),
        ("shown_order", "o004512a o1c88f0a", "shown order is not the trial's options"),
        ("shown_order", "1.2E+10 o004512b", "damaged by a spreadsheet: '1.2E+10'"),
        ("choice", "", "no choice"),
        ("choice", "o1c88f0a", "option of another trial: 'o1c88f0a'"),
        ("choice", "o9f0000a", "option of another trial: 'o9f0000a'"),
        ("choice", "left", "unknown option: 'left'"),
        ("choice", "4", "choice not allowed in this study: '4'"),
        ("choice", "real", "choice not allowed in this study: 'real'"),
        ("choice", "3.1E+9", "damaged by a spreadsheet: '3.1E+9'"),
        ("choice", "null", "no choice"),
        ("choice", "x" * 5000, f"unknown option: '{'x' * 80}'… (5,000 characters)"),
    ],
)
def test_each_wrong_cell_has_its_reason(column: str, cell: str, said: str) -> None:
    fault = checked(**{column: cell})
    assert isinstance(fault, Fault)
    assert str(fault).startswith(said)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("rt_ms", "soon", "rt_ms 'soon' is not a number"),
        ("rt_ms", "-5", "rt_ms '-5'"),
        ("rt_ms", "inf", "rt_ms 'inf'"),
        ("rt_ms", "604800001", "rt_ms '604800001' is not a number of milliseconds from 0 to 604800000, a week"),
        ("rt_ms", "1_000", "rt_ms '1_000'"),
        ("rt_ms", "١٢", "rt_ms '١٢'"),
        ("rt_ms", "Tue Mar 05 10:11:12 PST 2019", "rt_ms 'Tue Mar 05"),
        ("started_at", "01/03/2026 9:30", "started_at '01/03/2026 9:30' is not ISO 8601"),
        ("started_at", "2026-03-07 14:33:51", "started_at '2026-03-07 14:33:51' has no time zone"),
        ("trial_index", "first", "trial_index 'first' is not a whole number"),
    ],
)
def test_a_vote_counts_whose_time_or_index_cannot_be_read(column: str, cell: str, said: str) -> None:
    counted, unknown = checked(**{column: cell}), checked(**{column: ""})
    assert isinstance(counted, Answer)
    assert isinstance(unknown, Answer)
    assert counted.cells() == unknown.cells()
    (fault,) = unreadable({column: cell}).values()
    assert fault.startswith(said)


@pytest.mark.parametrize("column", ["rt_ms", "started_at", "trial_index"])
@pytest.mark.parametrize("cell", ["", "NA", "n/a", "#N/A", "<NA>", "nan", "NaN", "NaT", "null", "None", "undefined"])
def test_a_missing_time_or_index_is_unknown_and_no_fault(column: str, cell: str) -> None:
    counted, unknown = checked(**{column: cell}), checked(**{column: ""})
    assert isinstance(counted, Answer)
    assert isinstance(unknown, Answer)
    assert counted.cells() == unknown.cells()
    assert unreadable({column: cell}) == {}


def test_whole_numbers_are_known_with_their_decimals() -> None:
    rated = checked(made.study("mos"), shown_order="o004512a", choice="4.0", trial_index="2.0", schema_version="1.0")
    assert isinstance(rated, Answer)
    assert (rated.choice, rated.trial_index) == ("4", 2)
    assert isinstance(checked(made.study("mos"), shown_order="o004512a", choice="4.5"), Fault)


def test_one_question_needs_no_name() -> None:
    right = dict(zip(COLUMNS, answer().cells(), strict=True))
    del right["question_id"]
    for questions, known in ((["realism"], True), (["realism", "identity"], False)):
        of = made.study(questions=questions)
        assert isinstance(AnswerValidator(of, made.key(of)).validate(right), Answer) == known


@pytest.mark.parametrize(
    ("mode", "ties", "right", "wrong"),
    [
        ("2afc", True, ["o004512a", "o004512b", "tie"], ["1", "fake"]),
        ("2afc", False, ["o004512a"], ["tie"]),
        ("kway", True, ["o004512c", "tie"], ["5"]),
        ("mos", True, ["1", "5"], ["tie", "o004512a", "real"]),
        ("realfake", True, ["real", "fake"], ["tie", "o004512a", "3"]),
    ],
)
def test_a_mode_decides_what_may_be_chosen(mode: Mode, ties: bool, right: list[str], wrong: list[str]) -> None:
    of = made.study(mode, ties=ties)
    shown = " ".join(option.id for option in reversed(of.trials[0].options))
    for choice in right:
        assert isinstance(checked(of, shown_order=shown, choice=choice), Answer)
    for choice in wrong:
        fault = checked(of, shown_order=shown, choice=choice)
        assert isinstance(fault, Fault)
        assert str(fault) == f"choice not allowed in this study: {choice!r}"
    unknown = checked(of, shown_order=shown, choice="6")
    assert isinstance(unknown, Fault)
    assert unknown.reason == "unknown option"


@pytest.mark.parametrize("order", ["", "NA"])
def test_one_image_needs_no_order(order: str) -> None:
    right = checked(made.study("mos"), shown_order=order, choice="3")
    assert isinstance(right, Answer)
    assert right.shown_order == "o004512a"


def test_the_key_and_not_the_file_tells_checks() -> None:
    for told in ("", "0", "1", "yes"):
        check = checked(trial_id="2d90aa", shown_order="o2d90aab o2d90aaa", choice="o2d90aaa", is_check=told)
        vote = checked(is_check=told)
        assert isinstance(check, Answer)
        assert isinstance(vote, Answer)
        assert (check.is_check, vote.is_check) == (True, False)


def test_what_is_unknown_stays_unknown() -> None:
    bare = checked(rt_ms="", started_at="", trial_index="", session_id="")
    assert isinstance(bare, Answer)
    assert bare.cells() == ("1", made.STUDY_ID, "11", "", "004512", "", *answer().cells()[6:9], "", "0", "")


def test_a_key_that_does_not_fit_is_refused() -> None:
    of = made.study()
    with pytest.raises(InputError, match=r"the key is of study 's1', and study\.json is of study 's7d2e90b1'"):
        AnswerValidator(of, made.key(of).model_copy(update={"study_id": "s1"}))
    more = Trial(id="77", options=[Option(id="o77", file="o77.png")])
    with pytest.raises(InputError, match="the key lacks '77'"):
        AnswerValidator(of.model_copy(update={"trials": [*of.trials, more]}), made.key(of))


@given(number=st.integers(10**5, 10**24))
def test_a_number_that_a_spreadsheet_made_of_an_id_is_known_as_one(number: int) -> None:
    known = {f"00{number}", "7c0a", "004512"}
    assert damage(f"00{number}", known) is None
    for shown in (str(number), f"{number}.0", f"{number},00", f"{number:.5E}"):
        assert damage(shown, known) is not None


@given(number=st.integers(10**15, 10**24).filter(lambda number: str(number)[15:].strip("0")))
def test_digits_that_a_spreadsheet_does_not_keep_are_missed(number: int) -> None:
    shown = str(number)[:15].ljust(len(str(number)), "0")
    assert "has lost digits" in (damage(shown, {str(number)}) or "")


@given(text=st.text("0123456789abcdef", min_size=8, max_size=16).filter(lambda text: not text.isdigit()))
def test_an_unknown_id_is_not_taken_for_a_number(text: str) -> None:
    assert damage(text, {"00123456", "a1b2c3d4"}) is None
