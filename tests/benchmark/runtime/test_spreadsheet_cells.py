"""Cells that no spreadsheet takes for a formula, and from which the text comes back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.runtime.spreadsheet_cells import guarded, unguarded
from tests.spreadsheet_formulas import FORMULAS

TEXTS = st.text(max_size=8) | st.text("' =+-@\t\r\n1.e＝＠", max_size=6)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "SPADE", "pix2pixHD (m) = good", "a=1", "x -1", " plain", "-1", "+1", "-0.25", "-1.5e-07", "+.5", "7"]
)
def test_plain_text_and_signed_numbers_stay(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(text=TEXTS)
def test_a_guarded_cell_begins_with_no_sign_and_gives_its_text_again(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    if unicodedata.normalize("NFKC", cell).lstrip()[:1] in tuple("=+-@"):
        float(cell)
        assert cell == cell.strip()
    assert cell[:1] not in tuple("\t\r\n")


def test_a_signed_number_that_was_guarded_once_is_read() -> None:
    assert unguarded("'-1") == "-1"
    assert unguarded(guarded("'-1")) == "'-1"
