"""Over- and under-editing: whether a method's whole edit goes further than its success needs, or not far enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from benchmark.statistics.crossed_faces import mean_over_seeds
from benchmark.statistics.curves import Curves, FaceDraws
from benchmark.statistics.equal_success import Estimate
from benchmark.statistics.face_clusters import Array
from benchmark.statistics.seed_variance import seed_error
from benchmark.statistics.simultaneous import simultaneous_half_widths

MARGIN: Final = 0.05
"""Of success: less is no loss, and no gain, that anybody edits differently for."""
WHOLE: Final = 1.0
"""The strength of the whole edit."""

Verdict = Literal["over-edits", "under-edits", "neither is shown", "no effect"]


@dataclass(frozen=True)
class EditingStrength:
    """What a method's whole edit is next to those at other strengths.

    Attributes:
        verdict: "over-edits" where less strength preserves more and does not succeed less by `MARGIN`; "under-edits"
            where more strength succeeds more, by `MARGIN` at least; "no effect" where the whole edit does not succeed
            more than none.
        strength: the other one by which that is shown; None where nothing is.
        success: of the edit there, less that of the whole edit.
        preserved: by metric, by how much more is preserved there, of those where it is more beyond doubt.
    """

    verdict: Verdict
    strength: float | None = None
    success: Estimate | None = None
    preserved: Mapping[str, Estimate] = field(default_factory=dict)


def editing_strength(
    success: Curves,
    preserved: Mapping[str, tuple[Curves, bool]],
    strengths: Sequence[float],
    faces: FaceDraws,
) -> EditingStrength | None:
    """Compare a method's whole edit with those at other strengths, on the same faces.

    All intervals are simultaneous over strengths, since the one that shows most is chosen. A difference of success that
    no face shows has no spread to resample: by the rule of three its interval reaches 3/F either way.

    Args:
        success: its curves of success, of which more is better.
        preserved: by metric, its curves of what an edit is to preserve, and whether more is better.
        strengths: (G,) of the points, ascending.
        faces: the resamples.

    Returns:
        None where the strengths lack that of none, of the whole edit, or any beyond, or one has no figure of success.
    """
    if WHOLE not in strengths or strengths[0] != 0 or strengths[-1] <= WHOLE or faces.num_faces < 2:
        return None
    if not np.isfinite(success.values).all():
        return None
    others = [place for place, strength in enumerate(strengths) if strength != WHOLE]
    change = _changes(success, strengths, others, faces, least=3 / faces.num_faces)
    kept = {
        name: _changes(curves, strengths, others, faces, sign=1 if more_is_better else -1)
        for name, (curves, more_is_better) in preserved.items()
    }
    if not change[0].high < 0:
        return EditingStrength("no effect")
    beyond = [place for place in others if strengths[place] > WHOLE and change[place].low > 0]
    if beyond and (most := max(beyond, key=lambda place: change[place].value)) and change[most].value >= MARGIN:
        return EditingStrength("under-edits", strengths[most], change[most])
    for place in others:
        better = {name: found[place] for name, found in kept.items() if found[place].low > 0}
        if 0 < strengths[place] < WHOLE and change[place].low > -MARGIN and better:
            return EditingStrength("over-edits", strengths[place], change[place], better)
    return EditingStrength("neither is shown")


def _changes(
    curves: Curves,
    strengths: Sequence[float],
    others: Sequence[int],
    faces: FaceDraws,
    *,
    sign: int = 1,
    least: float = 0.0,
) -> dict[int, Estimate]:
    """By the place of another strength, the figure there less that of the whole edit."""
    whole = list(strengths).index(WHOLE)

    def changes(figures: Array) -> Array:
        apart: Array = sign * (figures[..., others] - figures[..., [whole]])
        return apart

    values, drawn = changes(curves.values), curves.drawn.map(changes)
    errors = [seed_error([values[:, place]], [drawn.by_source[:, :, place]]) for place in range(len(others))]
    drawn_means = drawn.map(mean_over_seeds).two_way
    spread = np.stack([error.draw(len(drawn_means), faces.generator()) for error in errors], axis=1)
    means = values.mean(axis=0)
    widths = np.maximum(simultaneous_half_widths(drawn_means + spread - means), least)
    found = zip(others, means.tolist(), widths.tolist(), strict=True)
    return {place: Estimate(value, value - half, value + half) for place, value, half in found}
