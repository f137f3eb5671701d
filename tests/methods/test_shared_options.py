"""Options that several methods share: what they refuse, and a moving average that can be left out."""

import pytest

from registry import METHODS
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError
from tests.places import ROOT

AVERAGED = [entry.card.name for entry in METHOD_CARDS if "ema_decay" in entry.card.options]


def test_every_learned_method_can_average() -> None:
    folders = {path.parent.name.replace("_", "-") for path in (ROOT / "methods").glob("*/options.py")}
    assert set(AVERAGED) == folders != set()


@pytest.mark.parametrize("name", AVERAGED)
def test_a_moving_average_can_be_left_out(name: str) -> None:
    options = {**METHOD_CARDS.find(name).card.presets["demo"], "ema_decay": 0}
    METHOD_CARDS.find(name).card.options.check(options)
    assert {stage.ema_decay for stage in METHODS.get(name)(size=64, **options).stages()} == {0}


@pytest.mark.parametrize("name", AVERAGED)
@pytest.mark.parametrize("decay", [-0.1, 1, 7.0])
def test_a_decay_outside_its_range_is_refused(name: str, decay: float) -> None:
    with pytest.raises(InputError, match=f"ema_decay must be at least 0 and below 1, not {decay}"):
        METHOD_CARDS.find(name).card.options.check({"ema_decay": decay})
