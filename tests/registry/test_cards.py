"""Cards: what is wrong with one is said with the file, the key, and the nearest right key."""

from pathlib import Path

import pytest

from registry import METHODS
from registry.cards import CardError, MethodCard, read_card

GOOD = """
name: mine
title: Mine
summary: A method.
kind: learned
licence: free
takes: [image]
"""


def claimed(keys: str, head: str = f"{GOOD}claims:\n") -> str:
    """A card with a claim of some keys beside those that all claims have."""
    return f"{head}- {{id: one, statement: S, source: Table 1, metric: fid, protocol: style-copy, {keys}}}\n"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return tmp_path / "method.yaml"


def test_a_card_needs_no_more_than_this(card: Path) -> None:
    card.write_text(GOOD)
    assert read_card(card, MethodCard).alternatives == [["image"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + "varients: []\n", "unknown key 'varients'; did you mean 'variants'"),
        (GOOD.replace("licence: free\n", ""), "licence: Field required"),
        (GOOD.replace("kind: learned", "kind: learnt"), "kind: Input should be 'learned', 'classical', 'reference' or"),
        (GOOD.replace("name: mine", "name: My Method"), "name: String should match pattern"),
        (GOOD + "entry: os.system\n", "entry: String should match pattern"),
        (GOOD + "paper: {title: A, authors: B, venue: C, yaer: 2020}\n", "yaer"),
        (claimed("better: a"), "claims.0.ordering.worse: Field required"),
        (claimed("better: a, worse: a"), "claim 'one': better and worse are both 'a'"),
        (claimed("value: 0.9, size: 64"), "claims.0.number.dataset: Field required"),
        (claimed("value: 0.9, size: 64, dataset: d, better: a"), "claims.0.number.better"),
        (claimed("better: a, worse: b") + claimed("better: a, worse: b", ""), "two claims have the id 'one'"),
        (claimed("better: A b, worse: b"), "claims.0.ordering.better: String should match pattern"),
        ("- a\n- list\n", "a card is a mapping of keys to values"),
        ("title: [unclosed\n", "is not YAML"),
        ("!!python/object/apply:os.system ['true']\n", "the tag !!python/object/apply:os.system is not taken"),
    ],
)
def test_a_wrong_card_names_file_and_key(card: Path, content: str, said: str) -> None:
    card.write_text(content)
    with pytest.raises(CardError) as caught:
        read_card(card, MethodCard)
    assert str(caught.value).startswith(str(card))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_card_file_is_named(card: Path) -> None:
    with pytest.raises(CardError, match=r"method\.yaml: No such file"):
        read_card(card, MethodCard)


def test_registering_needs_a_card_without_an_entry(card: Path) -> None:
    card.write_text(GOOD.replace("name: mine", "name: with-entry") + "entry: torch.nn:Linear\n")
    with pytest.raises(CardError, match="what is registered is its own entry"):
        METHODS.register(card=card)(type("Mine", (), {}))
    assert "with-entry" not in METHODS


def test_registering_a_built_in_name_is_refused_with_both_places() -> None:
    content = {
        "name": "maskgan",
        "title": "Mine",
        "summary": "A method.",
        "kind": "learned",
        "licence": "free",
        "takes": ["image"],
    }
    before = METHODS.get("maskgan")
    with pytest.raises(ValueError, match="declared twice") as caught:

        @METHODS.register(card=content)
        class Mine:
            pass

    assert str(Path("methods/maskgan/method.yaml")) in str(caught.value)
    assert __file__ in str(caught.value)
    assert METHODS.get("maskgan") is before


def test_a_class_cannot_be_registered_without_a_card() -> None:
    with pytest.raises(ValueError, match="register a method with its card"):
        METHODS.register_module(module=type("Mine", (), {}))
