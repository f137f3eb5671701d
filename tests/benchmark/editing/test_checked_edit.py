"""What tasks a method may see, and which of them it can do, by its card."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from benchmark.editing.checked_edit import check_inputs, visible_to
from methods.base import CannotEdit
from registry.cards import MethodCard
from tests.benchmark.metrics.random_batches import random_batch


def card(takes: Any, **said: Any) -> MethodCard:
    content = {"name": "a", "title": "A", "summary": "", "kind": "learned", "licence": "", "takes": takes, **said}
    return MethodCard.model_validate(content)


def test_hints_reach_only_methods_that_take_them() -> None:
    tasks = random_batch(2).tasks
    tasks = replace(tasks, sketch=tasks.region.float(), colour=tasks.target.image)
    plain = visible_to(card(["image", "region"]), tasks)
    assert (plain.sketch, plain.colour, plain.oracle) == (None, None, None)
    lines = visible_to(card([["image", "sketch"], ["image"]]), tasks)
    assert lines.sketch is tasks.sketch
    assert (lines.colour, lines.oracle) == (None, None)


@pytest.mark.parametrize(
    ("takes", "said"),
    [
        (["image", "strength"], {}),
        (["image", "mask"], {}),
        (["image", "region", "sketch"], {}),
        ([["image"], ["image", "mask"]], {}),
        (["image"], {"kind": "reference", "returns_copy_of": "target"}),
        (["oracle"], {"kind": "reference"}),
    ],
)
def test_another_strength_reaches_sliders_masks_and_landmarks(takes: Any, said: dict[str, Any]) -> None:
    tasks = replace(random_batch(2).tasks, strength=torch.tensor([1.0, 0.5]))
    check_inputs(card(takes, **said), tasks)


def test_a_method_without_a_slider_edits_at_no_other_strength_than_1() -> None:
    tasks = random_batch(2).tasks
    for all_the_way in (tasks, replace(tasks, strength=torch.ones(2))):
        check_inputs(card(["image", "attributes"]), all_the_way)
    half = replace(tasks, strength=torch.tensor([1.0, 0.5]))
    with pytest.raises(CannotEdit, match=r"it takes no strength, and these edits are to go 0\.5 of the way"):
        check_inputs(card(["image", "attributes"]), half)
    without_mask = replace(half, lacks={"mask": "no region carries it"})
    with pytest.raises(CannotEdit, match="it takes no strength"):
        check_inputs(card([["image", "mask"], ["image", "attributes"]]), without_mask)
    with pytest.raises(CannotEdit, match="no region carries it"):
        check_inputs(card(["image", "mask"]), without_mask)
