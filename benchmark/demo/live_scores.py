"""What the judges say of one edit while its user looks at it: whether it follows the mask, attributes, identity."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmark.demo.base64_images import Labels, Order, aligned
from benchmark.demo.read_faces import JudgesOfRun, reader_of
from benchmark.images.convert import Pixels
from benchmark.metrics.face_embedding.embedder import face_embedder
from benchmark.metrics.identity import cosine_similarity
from benchmark.metrics.segmentation import intersections_and_unions, pixel_accuracy
from benchmark.photographs.aligned_face import resized_labels
from benchmark.weights.resources import MetricUnavailable


def live_scores(judges: JudgesOfRun, order: Order, edited: Pixels) -> dict[str, Any]:
    """Scores of an edit, as metrics measure them on one image.

    Args:
        judges: who looks.
        order: what was asked for.
        edited: (S, S, 3) what a method made of it.

    Returns:
        `accuracy`: share of pixels whose part is the requested one, of those `all`, and of those that were to have
        another part (`changed`, None where none was). `miou`: mean IoU over the parts that are requested or seen.
        `attributes`: by name, how sure the judge is before and after. `identity`: cosine similarity with the face as
        it was, or None; `no_identity`: then the reason.
    """
    reader = reader_of(judges)
    before, after = order.face.image(reader.size), aligned(edited, None, None).image(reader.size)
    own = order.face.mask(reader.size)
    requested = own if order.request.mask is None else resized_labels(order.request.mask, reader.size)
    scores, changed_scores = reader.attribute_scores(before), reader.attribute_scores(after)
    identity, reason = _identity(judges, before, after)
    return {
        **followed(reader.parts(after), requested, own),
        "attributes": {name: [score, changed_scores[name]] for name, score in scores.items()},
        "identity": identity,
        "no_identity": reason,
    }


def followed(seen: Labels, requested: Labels, own: Labels) -> dict[str, Any]:
    """`accuracy` and `miou` of labels (S, S) that are seen, requested, and the face's own, as of `live_scores`."""
    intersections, unions = intersections_and_unions(seen[None], requested[None])
    there = unions[0] > 0
    changed = requested != own
    return {
        "accuracy": {
            "all": float(pixel_accuracy(seen[None], requested[None])[0]),
            "changed": float((seen == requested)[changed].mean()) if changed.any() else None,
        },
        "miou": float((intersections[0][there] / unions[0][there]).mean()),
    }


def _identity(judges: JudgesOfRun, before: Pixels, after: Pixels) -> tuple[float | None, str | None]:
    try:
        embedder = face_embedder(reader_of(judges).resources)
    except MetricUnavailable as error:
        return None, str(error)
    similarity = float(cosine_similarity(*(embedder.embeddings(image[None]) for image in (before, after)))[0])
    if np.isnan(similarity):
        return None, "no face is found in one of the two"
    return similarity, None
