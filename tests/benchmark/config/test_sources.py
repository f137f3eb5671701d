"""Settings as people write them: where a key stands, what a value means, and how sources merge."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmark.config.experiment import EVALUATION_KEYS, METHOD_KEYS
from benchmark.config.sources import COMMAND, ConfigSource, deep_merge, read_assignments, read_config
from registry.errors import InputError

patient = hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
KEYS = st.sampled_from("abcd")
SETTINGS = st.recursive(
    st.dictionaries(KEYS, SCALARS, max_size=4), lambda inner: st.dictionaries(KEYS, SCALARS | inner, max_size=4)
)


@patient
@given(SETTINGS)
def test_merging_with_nothing_changes_nothing(settings: dict[str, Any]) -> None:
    assert deep_merge(settings, {}) == settings
    assert deep_merge({}, settings) == settings
    assert deep_merge(settings, settings) == settings


@pytest.mark.integration
@patient
@given(SETTINGS, SETTINGS, SETTINGS)
def test_the_upper_of_any_stack_of_sources_wins(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    merged = deep_merge(deep_merge(a, b), c)
    for path, value in leaves(c):
        assert at(merged, path) == value
    assert set(merged) == {*a, *b, *c}


@patient
@given(SETTINGS, SETTINGS)
def test_merging_leaves_its_inputs_alone(below: dict[str, Any], above: dict[str, Any]) -> None:
    before = repr((below, above))
    deep_merge(below, above)
    assert repr((below, above)) == before


@patient
@given(SETTINGS, SETTINGS)
def test_what_the_upper_source_does_not_say_stays(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = deep_merge(below, above)
    for key in set(below) - set(above):
        assert merged[key] == below[key]


def leaves(settings: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = []
    for key, value in settings.items():
        found += leaves(value, (*path, key)) if isinstance(value, dict) else [((*path, key), value)]
    return found


def at(settings: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        settings = settings[key]
    return settings


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("options.lr=1e-4", 1e-4),
        ("options.lr=2E+3", 2000.0),
        ("options.lr=0.5", 0.5),
        ("options.lr=32", 32),
        ("options.lr=true", True),
        ("options.lr=null", None),
        ("options.lr=[1, 2]", [1, 2]),
        ("options.lr=a b=c", "a b=c"),
        ("options.lr=/some/path.pth", "/some/path.pth"),
    ],
)
def test_a_word_of_set_means_what_it_says(word: str, value: Any) -> None:
    content = read_assignments([word]).content
    assert content == {"options": {"lr": value}}
    assert type(content["options"]["lr"]) is type(value)


def test_later_words_of_set_win_and_keep_their_neighbours() -> None:
    source = read_assignments(["options.a=1", "options.b=2", "options.a=3"])
    assert source.content == {"options": {"a": 3, "b": 2}}


@pytest.mark.parametrize("word", ["options.ngf", "=3", " =3"])
def test_a_word_of_set_that_assigns_nothing_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="write key=value"):
        read_assignments([word])


def test_a_word_of_set_whose_value_is_not_yaml_is_refused() -> None:
    with pytest.raises(InputError, match="is not YAML"):
        read_assignments(["options.a=[1"])


def test_keys_of_a_file_remember_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("# mine\nmethod: maskgan\n\noptions:\n  ngf: 8\n  latent: 4\n")
    source = read_config(file)
    assert source.content == {"method": "maskgan", "options": {"ngf": 8, "latent": 4}}
    assert source.location(["method"]) == f"{file}, line 2"
    assert source.location(["options", "latent"]) == f"{file}, line 6"
    assert source.location(["options", "absent"]) == f"{file}, line 4", "the nearest parent"
    assert source.location(["absent"]) == str(file)


def test_a_misspelt_key_names_file_line_and_nearest_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("method: maskgan\ndataset:\n  name: rendered-faces\n  sise: 64\n")
    with pytest.raises(InputError) as caught:
        read_config(file).check_keys({**METHOD_KEYS, **EVALUATION_KEYS})
    assert str(caught.value) == f"{file}, line 4: unknown key of dataset 'sise'; did you mean 'size'?"


def test_a_value_where_keys_belong_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("method: maskgan\ndataset: rendered-faces\n")
    with pytest.raises(InputError, match=r"line 2: dataset holds keys of its own, not 'rendered-faces'"):
        read_config(file).check_keys({**METHOD_KEYS, **EVALUATION_KEYS})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"method: [maskgan\n", "is not YAML"),
        (b"\tmethod: maskgan\n", "is not YAML"),
        (b"just words\n", "settings are keys with values"),
        (b"- a\n- list\n", "settings are keys with values"),
        (b"method: \xff\xfe\n", "is not UTF-8 text"),
        (b"!!python/object/apply:os.system ['true']\n", "the tag !!python/object/apply:os.system is not taken"),
        (b"--- {}\n--- {}\n", "is not YAML"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        read_config(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("# nothing yet\n")
    assert read_config(file).content == {}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.yaml: No such file"):
        read_config(tmp_path / "absent.yaml")


def test_only_flags_have_no_place_worth_naming() -> None:
    assert ConfigSource({}, COMMAND).is_command
    assert not read_assignments(["a=1"]).is_command
