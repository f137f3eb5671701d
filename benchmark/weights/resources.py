"""What a metric may need beside images, and the error of one that lacks it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.runtime.device import Compute

if TYPE_CHECKING:
    from benchmark.weights.locate import Weights


class MetricUnavailable(RuntimeError):
    """A metric that cannot be had here; the message is the reason that its cells show."""


@dataclass(frozen=True)
class Resources:
    """What a metric may need beside the batch.

    Attributes:
        compute: where and how its networks run.
        weights: finds weights files.
        cache: folder of everything that is cached; None where nothing is to be.
    """

    compute: Compute
    weights: Weights
    cache: Path | None = None
