"""Identity on rendered faces, by the real network where the extra is installed, and its absence where it is not."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import mmcv
import numpy as np
import pytest
import torch

from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.face_embedding import embedder
from benchmark.metrics.face_embedding.kept_embeddings import KeptEmbeddings
from benchmark.metrics.identity import Identity, cosine_similarity
from benchmark.weights.resources import MetricUnavailable, Resources
from registry import DATASETS, PROTOCOLS
from tests.benchmark.metrics.random_batches import part_of, random_batch

installed = pytest.mark.skipif(find_spec("dlib") is None, reason="needs the extra `identity`")
SLICE = Path("../shared/celebamask-hq-mini")
PAIRS = 16


@pytest.fixture(scope="module", params=[64, 128])
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ScoringBatch:
    """Attribute transfers whose outputs are the true edits."""
    folder = tmp_path_factory.mktemp("faces")
    faces = DATASETS.get("rendered-faces")(root=None, size=request.param, cache=folder, train=2, val=2, test=30)
    protocol = PROTOCOLS.get("attribute-transfer")()
    batch = protocol.batch(faces, protocol.tasks(faces, 0, PAIRS))
    assert batch.oracle is not None
    assert len(batch.oracle) >= 10
    return random_batch(len(batch.oracle), request.param, output=batch.oracle, target=batch.target)


@pytest.fixture
def metric(resources: Resources) -> Identity:
    prepared = Identity()
    prepared.prepare(resources)
    return prepared


def turned(values: torch.Tensor) -> torch.Tensor:
    return values.roll(1, dims=0)


def test_cosines() -> None:
    one = np.array([[1.0, 0, 0], [1, 1, 0], [2, 0, 0], [np.nan, 0, 0]])
    other = np.array([[0.0, 3, 0], [1, 0, 0], [-4, 0, 0], [1, 0, 0]])
    np.testing.assert_allclose(cosine_similarity(one, other), [0, 2**-0.5, -1, np.nan])


@pytest.mark.integration
@installed
def test_a_smile_keeps_the_identity_and_another_face_does_not(metric: Identity, batch: ScoringBatch) -> None:
    kept = metric.measure(batch)["value"]
    target = batch.tasks.target.image
    others = random_batch(len(target), output=turned(target), target=batch.tasks.target)
    swapped = metric.measure(others)["value"]
    assert np.isfinite(kept).mean() >= 0.9
    assert np.nanmean(kept) > 0.95 > np.nanmean(swapped) + 0.02
    assert (kept[:, None] > swapped[None])[np.isfinite(kept)].mean() > 0.9


@pytest.mark.integration
@installed
def test_a_face_is_itself(metric: Identity, batch: ScoringBatch) -> None:
    target = batch.tasks.target
    found = metric.measure(random_batch(len(target.image), output=target.image, target=target))["value"]
    np.testing.assert_allclose(found[np.isfinite(found)], 1, atol=1e-9)


@pytest.mark.integration
@installed
def test_targets_are_kept_and_give_the_same_figures(batch: ScoringBatch, resources: Resources, tmp_path: Path) -> None:
    images = batch.tasks.target.image[:4].clone()
    images[1], images[3] = images[0], 0.0  # a face that comes twice, and none
    target = part_of(batch, slice(4)).tasks.target
    some = random_batch(4, images.shape[-1], output=batch.output[:4], target=replace(target, image=images))
    figures = []
    for cache in (None, tmp_path, tmp_path):
        embedder._loaded.cache_clear()  # as another process begins
        metric = Identity()
        metric.prepare(replace(resources, cache=cache))
        figures.append(metric.measure(some)["value"])
    np.testing.assert_array_equal(figures[1], figures[0])
    np.testing.assert_array_equal(figures[2], figures[0])
    (path,) = (tmp_path / "embeddings").glob("*.npz")
    targets = {image.tobytes() for image in some.target_pixels}
    assert len(KeptEmbeddings(path).known) == len(targets) == 3
    assert np.isfinite(figures[0]).tolist() == [True, True, True, False]


@pytest.mark.integration
@installed
def test_an_output_without_a_face_is_left_out_and_counted(metric: Identity, batch: ScoringBatch) -> None:
    output = batch.output.clone()
    output[0] = 0
    columns = metric.measure(random_batch(len(output), output=output, target=batch.tasks.target))
    assert np.isnan(columns["value"][0])
    share = metric.breakdown(columns)["faces found"]
    assert share == np.isfinite(columns["value"]).mean() < 1
    weights = np.ones(len(output))
    assert metric.summarise(columns, weights) == pytest.approx(np.nanmean(columns["value"]))


@pytest.mark.integration
@installed
def test_the_embedding_is_dlibs_own(metric: Identity, resources: Resources, batch: ScoringBatch) -> None:
    """At 256 pixels nothing is resized, so that dlib's one call from picture to descriptor must give the same."""
    import dlib

    image = batch.target_pixels[0]
    image = image.repeat(256 // len(image), axis=0).repeat(256 // image.shape[1], axis=1)
    landmarks, network = (str(resources.weights.find(id).path) for id in ("dlib-face-landmarks", "dlib-face-resnet"))
    boxes, _, _ = dlib.get_frontal_face_detector().run(image, 0, -0.5)
    shape = dlib.shape_predictor(landmarks)(image, boxes[0])
    expected = np.array(dlib.face_recognition_model_v1(network).compute_face_descriptor(image, shape))
    np.testing.assert_allclose(metric._embedder.embeddings(image[None])[0], expected, atol=1e-6)


@pytest.mark.integration
@installed
@pytest.mark.skipif(not SLICE.is_dir(), reason=f"the slice of real faces is not at {SLICE}")
def test_photographs_are_told_apart(metric: Identity) -> None:
    """A photograph is more like itself smaller, darker and mirrored than like any other person's."""
    files = sorted((SLICE / "CelebA-HQ-img").glob("*.jpg"))[:40]
    photographs = [
        mmcv.imresize(mmcv.imread(str(each), channel_order="rgb"), (256, 256), interpolation="area") for each in files
    ]
    changed = [
        (mmcv.imresize(each, (128, 128), interpolation="area")[:, ::-1] * 0.7).astype(np.uint8) for each in photographs
    ]
    one, other = (metric._embedder.embeddings(np.stack(images)) for images in (photographs, changed))
    found = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    assert found.mean() >= 0.9
    lengths = np.linalg.norm(one[found], axis=1)[:, None] * np.linalg.norm(other[found], axis=1)[None]
    alike = one[found] @ other[found].T / lengths
    itself, others = np.diagonal(alike), alike[~np.eye(len(alike), dtype=bool)]
    assert (itself[:, None] > others[None]).mean() > 0.99


def test_where_it_is_not_installed_the_reason_names_the_extra(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dlib", raising=False)
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(MetricUnavailable, match=r"pip install 'face-editing-benchmark\[identity\]'"):
        Identity().prepare(resources)
