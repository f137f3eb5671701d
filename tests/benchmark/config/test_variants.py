"""Variants written out: one name for a set of changes, read back, and never the name of another set."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_config
from benchmark.config.variants import variant_changes, variant_name
from registry.cards import MethodCard, Option
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError

CARD = MethodCard(
    name="toy",
    title="Toy",
    summary="A card.",
    kind="learned",
    licence="none",
    takes=["mask"],
    options={"width": 8, "rate": 0.5, "soft": True, "norm": "instance", "widths": [1, 2], "file": None},
    variants={"hard": {"soft": False}, "hard-wide": {"soft": False, "width": 16}, "slow": {"rate": 1}},
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "width": st.integers(-(10**6), 10**6),
        "rate": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5),
        "soft": st.booleans(),
        "norm": st.sampled_from(["instance", "batch", "spade-3x3"]),
    },
)


def same(one: dict[str, Option], other: dict[str, Option]) -> bool:
    return one == other and {type(each) is bool for each in one.values()} == {
        type(each) is bool for each in other.values()
    }


@given(changes=CHANGES)
def test_a_name_reads_back(changes: dict[str, Option]) -> None:
    name = variant_name(CARD, changes)
    assert (name is None) == (not changes)
    if name is not None:
        assert same(variant_changes(CARD, name), changes)
        assert variant_name(CARD, variant_changes(CARD, name)) == name
        assert not {"/", "\\", " ", "+seed"} & set(name)


@given(one=CHANGES, other=CHANGES)
def test_only_the_same_changes_have_the_same_name(one: dict[str, Option], other: dict[str, Option]) -> None:
    assert (variant_name(CARD, one) == variant_name(CARD, other)) == (one == other)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"soft": False}, "hard"),
        ({"width": 16, "soft": False}, "hard-wide"),
        ({"rate": 1.0}, "slow"),
        ({"rate": 2}, "rate=2.0"),
        ({"soft": False, "width": 4}, "width=4,soft=false"),
        ({"rate": 1e-5}, "rate=1e-05"),
    ],
)
def test_a_cards_variant_has_its_name_and_others_their_values(changes: dict[str, Option], name: str) -> None:
    assert variant_name(CARD, changes) == name


@pytest.mark.parametrize("value", ["a/b", "", "true", "1.5", "..", "a,b", "a b"])
def test_a_value_that_no_folder_could_hold_needs_a_name(value: str) -> None:
    with pytest.raises(InputError, match="list it under `variants` on the method's card"):
        variant_name(CARD, {"norm": value})


def test_a_list_needs_a_name() -> None:
    with pytest.raises(InputError, match=r"toy with widths=\[3, 4\] has no name"):
        variant_name(CARD, {"widths": [3, 4]})


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("maskgan+sfft=false", "unknown option of maskgan 'sfft'; did you mean 'sft'"),
        ("maskgan+sft=1", "option of maskgan sft is True by default and cannot be 1"),
        ("maskgan+lambda_inter=far", "option of maskgan lambda_inter is 2.5 by default and cannot be 'far'"),
        ("maskgan+sft=[", "variant 'sft=[' of maskgan, value of sft: is not YAML"),
    ],
)
def test_a_wrong_variant_is_said(method: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve([ConfigSource({"method": method}, COMMAND)])
    assert str(caught.value).startswith(said)


def test_a_written_variant_is_the_one_on_the_card() -> None:
    written, named = (
        resolve([ConfigSource({"method": f"maskgan+{each}"}, COMMAND)]) for each in ("ebst=false", "no-ebst")
    )
    assert written == named
    assert written.label == "maskgan+no-ebst"


@pytest.mark.parametrize("method", ["maskgan+lambda_inter=3,sft=false", "spade+m", "copy-target"])
def test_an_experiment_comes_back_from_its_file(method: str, tmp_path) -> None:
    experiment = resolve([ConfigSource({"method": method, "seed": 3, "limit": 7}, COMMAND)])
    (tmp_path / "experiment.yaml").write_text(experiment.to_yaml())
    again = resolve([read_config(tmp_path / "experiment.yaml")])
    assert again == experiment
    assert again.sha256() == experiment.sha256()


def test_every_variant_of_every_card_is_found_by_its_changes() -> None:
    for entry in METHOD_CARDS:
        names = {json.dumps(changes, sort_keys=True): name for name, changes in entry.card.variants.items()}
        assert len(names) == len(entry.card.variants), "no two variants of a card are the same"
        for name, changes in entry.card.variants.items():
            assert variant_name(entry.card, changes) == name
