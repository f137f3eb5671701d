"""Options of how a method is optimised: Adam, the decay of its rates, moving averages, and the length of one stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from methods.layers.schedules import linear_decay
from methods.shared.checked_options import CheckedOptions


@dataclass(frozen=True, kw_only=True)
class AdamOptions(CheckedOptions):
    """Adam with rates that fall linearly, and a moving average of what is trained.

    Attributes:
        beta1: Adam's decay of the mean gradient.
        beta2: Adam's decay of the mean squared gradient.
        decay_from: share of a stage's iterations after which its learning rates fall linearly to 0; 1 keeps them
            constant.
        ema_decay: decay an iteration of the moving average of the networks that make images; 0 keeps none.
    """

    beta1: float = 0.5
    beta2: float = 0.999
    decay_from: float = 0.5
    ema_decay: float = 0.999

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_decay("ema_decay")
        self.require_share("decay_from")

    def schedule(self, iterations: int) -> Sequence[Mapping[str, Any]]:
        """Parameter schedulers (mmengine) of a stage of given length: constant rates, then a linear decay."""
        return linear_decay(iterations, self.decay_from)


@dataclass(frozen=True, kw_only=True)
class OneStageOptions(AdamOptions):
    """Length and batch of the one stage of a method.

    Attributes:
        iterations: optimiser iterations.
        epochs: passes over the training faces that take the place of `iterations`, which are then counted from them.
        batch_size: faces per iteration.
    """

    iterations: int = 100_000
    epochs: float = 0.0
    batch_size: int = 8

    def __post_init__(self) -> None:
        """Refuse what no stage could run with.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "iterations", "epochs")
        self.require_at_least(1, "batch_size")


@dataclass(frozen=True, kw_only=True)
class AdversarialStageOptions(OneStageOptions):
    """Rates of the one stage of a method that has a discriminator.

    Attributes:
        lr: Adam's learning rate for the networks that make the image.
        d_lr: Adam's learning rate for the discriminator.
    """

    lr: float = 2e-4
    d_lr: float = 2e-4

    def provenance(self) -> Mapping[str, str]:
        """What a result says of these options."""
        return {}
