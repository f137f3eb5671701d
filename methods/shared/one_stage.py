"""The stage of a training by Adam whose rates fall linearly."""

from __future__ import annotations

from collections.abc import Sequence

from methods.base import Stage
from methods.shared.stage_options import OneStageOptions


def one_stage(
    name: str, options: OneStageOptions, trained: Sequence[str], averaged: Sequence[str], balanced_by: str | None = None
) -> tuple[Stage]:
    """The one stage of a method.

    Args:
        name: of the stage.
        options: its length, batch, schedule and moving average.
        trained: names of the optimisers.
        averaged: names of the networks of which a moving average is kept: those that make images.
        balanced_by: as of `Stage`.
    """
    return (
        Stage(
            name=name,
            iterations=options.iterations,
            batch_size=options.batch_size,
            ema=tuple(averaged),
            ema_decay=options.ema_decay,
            schedulers=dict.fromkeys(trained, options.schedule(options.iterations)),
            balanced_by=balanced_by,
        ),
    )
