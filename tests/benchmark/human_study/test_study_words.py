"""The words of a study: every shipped file is right, and a mistake is named with its line and the nearest key."""

import pytest

from benchmark.human_study.words import read_words, shipped_words
from registry.errors import InputError

MODES = ("2afc", "kway", "mos", "realfake")
SHIPPED = shipped_words("2afc").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", MODES)
def test_the_shipped_words_are_right_and_ask_about_all_protocols_of_the_benchmark(mode):
    words = read_words(shipped_words(mode))
    assert words.sitting == 60
    if mode != "realfake":
        assert set(words.tasks) == {"attribute-transfer", "style-copy", "reconstruction"}
        assert [each.id for each in words.questions] == ["realism", "edit", "identity"]
        assert words.task("attribute-transfer", "Wavy_Hair") == "Change: Wavy Hair, as in the example."


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("consent: |", "consnt: |", r"line 5: unknown key 'consnt'; did you mean 'consent'"),
        ("    text: Which face looks more real?", "    txt: Which?", "line 23: unknown key of a question 'txt'"),
        ("post: null", "post: ftp://there", r"line \d+: post: 'ftp://there' is no http or https address"),
        ("post: null", "post: https://there.org/a;b", "holds a space, a comma or a semicolon"),
        ("redirect: null", "redirect: 'javascript:alert(1)'", "redirect: .* is no http or https address"),
        ("- id: edit", "- id: realism", "two questions have the id 'realism'"),
        ("Change: {attribute}, as", "Change: {atribute}, as", r"attribute-transfer names \{atribute\}; only"),
        ("Change: {attribute}, as", "Change: {attribute, as", "tasks: "),
        ("Change: {attribute}, as", "Change: {attribute.__class__}, as", r"names \{attribute.__class__\}"),
        ("Change: {attribute}, as", "Change: {attribute!z}, as", "attribute-transfer says how to write {attribute}"),
        ("Change: {attribute}, as", "Change: {attribute:d}, as", "attribute-transfer says how to write {attribute}"),
        ("Change: {attribute}, as", "Change: {attribute:{x}}, as", "attribute-transfer says how to write {attribute}"),
        ("sitting: 60", "sitting: 61", r"sitting: .*less than or equal to 60"),
        ("title: Which edited face is better?", "", "title: Field required"),
        ("language: en", "language: 'en\" onload=\"x'", "language: "),
    ],
)
def test_a_mistake_is_named(tmp_path, was, now, said):
    assert was in SHIPPED
    path = tmp_path / "words.yaml"
    path.write_text(SHIPPED.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_words(path)
    assert str(path) in str(caught.value)
