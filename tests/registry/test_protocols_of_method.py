"""Who takes part in what follows from what protocols give and methods take."""

from typing import Any

import pytest

from registry.cards import CardError, MethodCard, ProtocolCard, check_card
from registry.catalogue import METHOD_CARDS, PROTOCOL_CARDS
from registry.consistency import check_consistency
from registry.protocols_of_method import is_default, protocols_of, reason_against, unmet_needs

NO_MASK = {"mask": "no folder"}
OF_ATTRIBUTES = {"attribute-transfer", "attribute-strengths", "examples"}
OF_MASKS = {*OF_ATTRIBUTES, "style-copy", "reconstruction", "completion", "mask-edits"}
METHOD = {"name": "mine", "title": "Mine", "summary": "", "kind": "learned", "licence": "free"}


def method(takes: Any) -> MethodCard:
    return MethodCard.model_validate({**METHOD, "takes": takes})


def protocol(**said: Any) -> ProtocolCard:
    return ProtocolCard.model_validate({"name": "theirs", "title": "Theirs", "summary": "", "metrics": [], **said})


@pytest.mark.parametrize(
    ("name", "protocols"),
    [
        ("maskgan", OF_MASKS),
        ("region-color", OF_MASKS),
        ("copy-source", {*OF_ATTRIBUTES, "style-copy", "reconstruction"}),
        ("copy-target", OF_MASKS),
        ("oracle", {"attribute-transfer", "style-copy", "reconstruction", "completion", "mask-edits"}),
        ("telea", OF_MASKS),
        ("stargan", OF_ATTRIBUTES),
        ("elegant", OF_ATTRIBUTES),
        ("attgan", OF_ATTRIBUTES),
        ("cyclegan", OF_ATTRIBUTES),
        ("pix2pix", OF_MASKS),
        ("adain", {*OF_ATTRIBUTES, "style-copy", "reconstruction"}),
        ("mask-diffusion", OF_MASKS),
        ("mask-guided", OF_MASKS),
        ("geogan", OF_ATTRIBUTES),
    ],
)
def test_built_in_methods_take_part_where_they_can(name: str, protocols: set[str]) -> None:
    assert set(protocols_of(METHOD_CARDS.find(name).card)) == protocols


def test_a_method_that_is_steered_by_text_takes_part_in_every_built_in_protocol() -> None:
    assert set(protocols_of(method(["image", "instruction"]))) >= {"attribute-transfer", "style-copy", "reconstruction"}


@pytest.mark.parametrize(
    ("takes", "gives", "reason"),
    [
        (["image", "mask"], ["image", "mask", "region"], None),
        ([], [], None),
        (["image", "text"], ["image"], "Mine takes image and text; theirs gives no text"),
        (["text", "hint"], [], "Mine takes text and hint; theirs gives no text and no hint"),
        ([["mask"], ["attributes"]], ["attributes"], None),
        ([["mask", "hint"], ["text"]], ["image"], "Mine takes mask and hint, or text; theirs gives no text"),
    ],
)
def test_one_alternative_must_be_given_whole(takes: Any, gives: list[str], reason: str | None) -> None:
    assert reason_against(method(takes), protocol(gives=gives)) == reason


def test_faces_that_lack_something_cannot_give_it() -> None:
    card = PROTOCOL_CARDS.find("attribute-transfer").card
    assert reason_against(method(["image", "mask"]), card, NO_MASK) == (
        "Mine takes image and mask; these faces have no mask (no folder)"
    )
    assert reason_against(method([["mask"], ["attributes"]]), card, NO_MASK) is None
    assert reason_against(method(["source attributes"]), card, {"attributes": "none is known"}) is not None
    assert unmet_needs(card, NO_MASK) == "attribute-transfer needs mask, which these faces do not have: no folder"
    assert unmet_needs(card, {}) is None


def test_a_protocol_that_does_not_say_what_it_gives_has_every_method_but_those_of_attributes_or_hints() -> None:
    silent = protocol()
    able = {entry.card.name for entry in METHOD_CARDS.builtin() if reason_against(entry.card, silent) is None}
    of_attributes = {"attgan", "cyclegan", "diat", "elegant", "fader", "geogan", "icgan", "stargan"}
    of_hints = {"sc-fegan"}
    assert able == {entry.card.name for entry in METHOD_CARDS.builtin()} - of_attributes - of_hints


def test_every_protocol_gives_a_strength_and_hints_only_where_its_card_says_so() -> None:
    slider = method(["image", "strength"])
    assert reason_against(slider, protocol()) is None
    assert reason_against(slider, protocol(gives=["image"])) is None
    hinted = method([["image", "sketch", "colour"], ["mask"]])
    assert reason_against(hinted, protocol(gives=["image", "sketch", "colour"])) is None
    assert "gives no sketch and no colour" in str(reason_against(method(["sketch", "colour"]), protocol()))


def test_a_protocol_may_be_left_to_methods_that_take_what_it_is_for() -> None:
    special = protocol(default_for=["region"])
    assert is_default(special, method([["image", "region"], ["mask"]]))
    assert not is_default(special, method(["image", "mask"]))
    assert not is_default(special, method([["image", "region", "style"], ["image", "mask"]]))
    assert not is_default(special, None)
    assert is_default(protocol(), None)
    assert reason_against(method(["image", "mask"]), special) is None
    with pytest.raises(CardError, match="default_for: unknown word 'regoin'"):
        check_consistency(protocol(default_for=["regoin"]), "mine.yaml")


def test_a_protocol_may_be_left_to_runs_that_name_it() -> None:
    named = protocol(by_default=False, default_for=["region"])
    assert not is_default(named, None)
    assert not is_default(named, method(["image", "region"]))
    assert reason_against(method(["image", "mask"]), named) is None


def test_a_card_with_the_keys_of_version_0_1_is_read_with_a_warning() -> None:
    old = {key: value for key, value in METHOD.items() if key != "takes"}
    old |= {"inputs": ["image", "mask"], "protocols": ["reconstruction"]}
    with pytest.warns(FutureWarning, match=r"mine\.yaml: inputs and protocols: what a method needs .* is called takes"):
        card = check_card(old, MethodCard, "mine.yaml")
    assert card.takes == ["image", "mask"]


def test_a_card_with_old_and_new_keys_is_refused() -> None:
    with pytest.raises(CardError, match="unknown key 'inputs'"):
        check_card({**METHOD, "takes": [], "inputs": ["image"]}, MethodCard, "mine.yaml")


def test_a_misspelt_word_that_a_protocol_gives_is_refused() -> None:
    with pytest.raises(CardError, match="gives: unknown word 'regoin'; did you mean 'region'"):
        check_consistency(protocol(gives=["regoin"]), "mine.yaml")


def test_a_need_that_no_faces_meet_is_refused() -> None:
    card = {"name": "theirs", "title": "Theirs", "summary": "", "metrics": [], "needs": ["masks"]}
    with pytest.raises(CardError, match=r"mine.yaml: needs.0: Input should be 'mask' or 'attributes'"):
        check_card(card, ProtocolCard, "mine.yaml")
