"""YAML is read as people mean it, and whatever else is in it is refused in a sentence with its line."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from registry.yaml_files import MAX_BYTES, MAX_DEPTH, YamlError, parse_yaml, read_yaml, to_yaml

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E3", 1000.0),
        ("+.5", 0.5),
        ("1_000", 1000),
        ("0x1f", 31),
        ("017", 17),
        ("-.inf", -math.inf),
        ("yes", True),
        ("~", None),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("'1e3'", "1e3"),
        ("!!str 1e3", "1e3"),
        ("!!float 1", 1.0),
        ("e3", "e3"),
        ("nan", "nan"),
        ("=", "="),
        ("[1e-4, 2, {a: 1e3}]", [1e-4, 2, {"a": 1000.0}]),
        ("{<<: {a: 1, b: 2}, b: 3}", {"a": 1, "b": 3}),
        ("{1: one, no: way}", {"1": "one", "no": "way"}),
    ],
)
def test_words_mean_what_they_say(text: str, value: Any) -> None:
    read = parse_yaml(text, "here").content
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("text", ["no", "007", "1e3", "!!int 3", "2024-01-01"])
def test_as_text_every_value_is_the_word_that_stands_there(text: str) -> None:
    assert parse_yaml(f"key: {text}", "here", as_text=True).content == {"key": text.removeprefix("!!int ")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "here, line 3: the key 'a' stands in line 1 already"),
        ("x:\n  a: 1\n  'a': 3", "here, line 3: the key 'a' stands in line 2 already"),
        ("a:\n- !!timestamp x", "here, line 2: the tag !!timestamp is not taken"),
        ("a: !!python/object/apply:os.system ['true']", "here, line 1: the tag !!python/object/apply:os.system"),
        ("!mine {a: 1}", "here, line 1: the tag !mine is not taken"),
        ("a: !!map [1]", "the tag !!map is not taken"),
        ("a: !!binary aGk=", "the tag !!binary is not taken"),
        ("!!float", "'' is no float, which its tag asks for"),
        ("!!int x", "'x' is no int, which its tag asks for"),
        ("a: [1", "is not YAML"),
        ("a: b\n---\nc: d", "is not YAML"),
        ("&a [*a]", "its aliases repeat values without end"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"is nested deeper than {MAX_DEPTH} levels"),
        ("[" * 100_000, "is not YAML"),
        ("- " * 100_000, f"is nested deeper than {MAX_DEPTH} levels"),
        ("9" * 5000, "is too large"),
        ("-9223372036854775808", "is too large"),
        ("1e999", "the number 1e999 is too large"),
        ("? [a]\n: b", "a key is a word"),
        ("<<: 3", "<< takes mappings"),
        ("\0", "is not YAML"),
    ],
)
def test_anything_else_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(YamlError) as caught:
        parse_yaml(text, "here")
    assert said in str(caught.value)
    assert str(caught.value).startswith("here")
    assert "\n" not in str(caught.value)


@pytest.mark.integration
def test_aliases_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    lines = ["a0: &a0 [1]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20))]
    with pytest.raises(YamlError, match="aliases repeat values"):
        parse_yaml("\n".join(lines), "here")


def test_a_file_names_itself_and_its_size_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: [1]\n")  # as Windows' editors begin a file
    assert read_yaml(file).content == {"a": [1]}
    assert read_yaml(file).lines == {("a",): 1, ("a", "0"): 1}
    file.write_bytes(b"# " + b"x" * MAX_BYTES)
    with pytest.raises(YamlError, match=r"settings\.yaml: is larger than 4 MiB"):
        read_yaml(file)
    file.write_bytes(b"a: \xff")
    with pytest.raises(YamlError, match=r"settings\.yaml: is not UTF-8 text"):
        read_yaml(file)
    with pytest.raises(YamlError, match="Is a directory"):
        read_yaml(tmp_path)


@pytest.mark.integration
@given(PLAIN)
@example({"\x85": "a\u2028b"})
def test_what_is_written_reads_back_under_either_version_of_yaml(content: Any) -> None:
    text = to_yaml(content)
    assert parse_yaml(text, "here").content == content
    assert yaml.safe_load(text) == content
