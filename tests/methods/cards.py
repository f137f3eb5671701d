"""What every card must say of its method's options."""

from collections.abc import Mapping
from typing import Any


def assert_states_options(card: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """The card names every option with its default, and its variants, presets and ablation change no other."""
    assert card["options"] == {
        key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()
    }
    for changes in (*card["variants"].values(), *card["presets"].values()):
        assert set(changes) <= set(defaults)
    assert set(card["ablation"]["factors"]) <= set(defaults)
