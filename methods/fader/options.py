"""Options of Fader networks: the attribute, widths, schedule, and how strongly codes are to hide it."""

from __future__ import annotations

from dataclasses import dataclass

from methods.labels import check_attribute_names
from methods.shared.checked_options import WorkingSizeOptions, require_doublings
from methods.shared.stage_options import AdversarialStageOptions

LATENT_SIDE = 4
"""Pixels a side of a code."""


@dataclass(frozen=True, kw_only=True)
class FaderOptions(AdversarialStageOptions, WorkingSizeOptions):
    """Every option of the method's card; defaults are the published ones.

    Attributes:
        attribute: attribute, of CelebA or the dataset, that codes are to hide; several at a time blur the faces.
        width: channels after the first halving; doubled at each down to 4 pixels, to sixteen times that at most.
        dropout: share of values that the adversary drops in training.
        iterations: optimiser iterations.
        clip_norm: largest norm of a network's gradient.
        latent_weight: weight, at last, of deceiving the adversary.
        latent_ramp: share of `iterations` over which that weight grows from 0.
        edit_strength: how present edits make the attribute, or absent, where training knows 1; the other side of it
            gets 1 less this.
    """

    attribute: str = "Smiling"
    width: int = 32
    dropout: float = 0.3
    iterations: int = 1_000_000
    batch_size: int = 32
    lr: float = 2e-4
    d_lr: float = 2e-4
    decay_from: float = 1.0
    ema_decay: float = 0.0
    clip_norm: float = 5.0
    latent_weight: float = 1e-4
    latent_ramp: float = 0.5
    edit_strength: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what could not be trained.

        Raises:
            ValueError: naming the option and its value.
        """
        check_attribute_names((self.attribute,))
        super().__post_init__()
        self.require_at_least(1, "width", "edit_strength")
        self.require_at_least(2, "batch_size")
        self.require_at_least(0, "latent_weight")
        self.require_decay("dropout")
        self.require_share("latent_ramp")
        if self.clip_norm <= 0:
            raise ValueError(f"clip_norm must be positive, not {self.clip_norm}")

    def halvings(self, size: int) -> int:
        """Stride-2 layers that bring images to the codes' 4 pixels.

        Args:
            size: side of the images in pixels.

        Raises:
            ValueError: naming the size, if none do.
        """
        return require_doublings("Fader", size, LATENT_SIDE)

    def latent_weight_at(self, iteration: int) -> float:
        """Weight of deceiving the adversary at an iteration, counted from 0."""
        ramp = self.latent_ramp * self.iterations
        return self.latent_weight * (min(iteration / ramp, 1.0) if ramp else 1.0)
