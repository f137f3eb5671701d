"""What a plug-in's card says fits together, or is refused when it is read."""

from typing import Any

import pytest

from registry.cards import CardError, JudgeCard, MethodCard
from registry.catalogue import JUDGE_CARDS, METHOD_CARDS
from registry.consistency import check_consistency

CARD = {
    "name": "a",
    "title": "A",
    "summary": "",
    "kind": "learned",
    "licence": "",
    "takes": ["image"],
    "options": {"width": 8, "rate": 0.1},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"presets": {"papper": {}}}, "presets: unknown preset 'papper'; did you mean 'paper'?"),
        (
            {"presets": {"paper+thim": {}}, "variants": {"thin": {}}},
            "presets.paper+thim: unknown variant 'thim'",
        ),
        ({"presets": {"papper+thin": {}}, "variants": {"thin": {}}}, "presets: unknown preset 'papper'; did you mean"),
        ({"presets": {"paper": {"widht": 4}}}, "presets.paper: unknown option 'widht'; did you mean 'width'?"),
        ({"presets": {"paper": {"width": "4"}}}, "presets.paper.width is '4'; its default is 8, and it takes int"),
        ({"variants": {"thin": {"widht": 4}}}, "variants.thin: unknown option 'widht'; did you mean 'width'?"),
        ({"variants": {"thin": {"rate": True}}}, "variants.thin.rate is True"),
        ({"ablation": {"factors": {"widht": [4]}}}, "ablation.factors: unknown option 'widht'"),
        ({"takes": ["imgae"]}, "takes: unknown word 'imgae'; did you mean 'image'?"),
        ({"takes": ["source-image"]}, "takes: unknown word 'source-image'; did you mean 'source image'?"),
        ({"takes": ["oracle"]}, "takes: only a method of kind 'reference' may see the true result"),
    ],
)
def test_a_method_card_that_contradicts_itself_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CardError) as caught:
        check_consistency(MethodCard.model_validate({**CARD, **change}), "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml: {said}")


def test_a_judge_card_is_checked_alike() -> None:
    card = {"name": "a", "title": "A", "summary": "", "role": "parser", "presets": {"demmo": {}}}
    with pytest.raises(CardError, match="unknown preset 'demmo'"):
        check_consistency(JudgeCard.model_validate(card), "mine.yaml")


@pytest.mark.parametrize("words", [["text"], ["image", "prompt"], ["image", "mask", "region", "source attributes"]])
def test_a_protocol_may_bring_inputs_of_its_own(words: list[str]) -> None:
    check_consistency(MethodCard.model_validate({**CARD, "takes": words}), "mine.yaml")


@pytest.mark.parametrize("catalogue", [METHOD_CARDS, JUDGE_CARDS], ids=lambda catalogue: catalogue.kind)
def test_the_built_in_cards_fit_together(catalogue: Any) -> None:
    for entry in catalogue.builtin():
        check_consistency(entry.card.model_copy(update={"entry": ""}), entry.place)
