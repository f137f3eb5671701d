"""The texts of a study: every shipped file is right, and a mistake is named with its line and the nearest key."""

import json

import pytest
import yaml

from benchmark.human_study.design.page_texts import PageTexts, with_page_texts
from benchmark.human_study.design.texts import read_texts, shipped_texts
from registry.errors import InputError

MODES = ("2afc", "kway", "mos", "realfake")
SHIPPED = shipped_texts("2afc").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", MODES)
def test_the_shipped_texts_are_right_and_ask_about_all_protocols_of_the_benchmark(mode):
    texts = read_texts(shipped_texts(mode))
    assert texts.sitting == 60
    if mode != "realfake":
        assert set(texts.tasks) == {"attribute-transfer", "style-copy", "reconstruction"}
        assert [question.id for question in texts.questions] == ["realism", "edit", "identity"]
        assert texts.task("attribute-transfer", "Wavy_Hair") == "Change: Wavy Hair, as in the example."


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("consent: |", "consnt: |", r"line 5: unknown key 'consnt'; did you mean 'consent'"),
        ("    text: Which face looks more real?", "    txt: Which?", "line 23: unknown key of a question 'txt'"),
        ("post: null", "post: ftp://there", r"line \d+: post: 'ftp://there' is no http or https address"),
        ("post: null", "post: https://there.org/a;b", "contains a space, a comma or a semicolon"),
        ("redirect: null", "redirect: 'javascript:alert(1)'", "redirect: .* is no http or https address"),
        ("- id: edit", "- id: realism", "two questions have the id 'realism'"),
        ("Change: {attribute}, as", "Change: {atribute}, as", r"attribute-transfer names \{atribute\}; only"),
        ("Change: {attribute}, as", "Change: {attribute, as", "tasks: "),
        ("Change: {attribute}, as", "Change: {attribute.__class__}, as", r"names \{attribute.__class__\}"),
        ("Change: {attribute}, as", "Change: {attribute!z}, as", "attribute-transfer gives a format for {attribute}"),
        ("Change: {attribute}, as", "Change: {attribute:d}, as", "attribute-transfer gives a format for {attribute}"),
        ("Change: {attribute}, as", "Change: {attribute:{x}}, as", "attribute-transfer gives a format for {attribute}"),
        ("sitting: 60", "sitting: 61", r"sitting: .*less than or equal to 60"),
        ("post: null", "page:\n  strat: Los", r"line \d+: unknown key of page 'strat'; did you mean 'start'"),
        ("post: null", "page: {start: ''}", r"line \d+: page.start: String should have at least 1 character"),
        (
            "post: null",
            "page: {count: '{numbr} of {of}'}",
            "page.count: unknown placeholder 'numbr'; did you mean",
        ),
        ("post: null", "page: {count: '{number}'}", r"page.count: it lacks \{of\}"),
        (
            "post: null",
            "page: {count: '{number} of {of} {'}",
            "page.count: it has a brace that is part of no",
        ),
        ("post: null", "page: {start: 'Go {number!r}'}", "page.start: it has a brace"),
        ("title: Which edited face is better?", "", "title: Field required"),
        ("language: en", "language: 'en\" onload=\"x'", "language: "),
    ],
)
def test_a_mistake_is_named(tmp_path, was, now, said):
    assert was in SHIPPED
    path = tmp_path / "words.yaml"
    path.write_text(SHIPPED.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_texts(path)
    assert str(path) in str(caught.value)


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return read_texts(path)


@pytest.mark.parametrize("end", ["", "\n", "completion_code: |+\n  A1\n\n", "page: {start: Los}\n", "..."])
def test_texts_with_all_buttons_say_the_same(tmp_path, end):
    text = SHIPPED.replace("completion_code: null", "") + end
    whole = with_page_texts(text)
    assert written(tmp_path / "whole.yaml", whole) == written(tmp_path / "words.yaml", text)
    assert with_page_texts(whole) == whole
    assert ("next_person: " in whole) == (end not in ("page: {start: Los}\n", "..."))


def test_texts_in_braces_are_left_as_they_are():
    text = json.dumps(yaml.safe_load(SHIPPED))
    assert with_page_texts(text) == text


def test_a_button_that_is_not_named_is_english(tmp_path):
    page = written(tmp_path / "words.yaml", SHIPPED + "page: {start: Los, image: 'Bild {letter}'}\n").page
    assert page == PageTexts(start="Los", image="Bild {letter}")
    assert page.proceed == "Continue"
