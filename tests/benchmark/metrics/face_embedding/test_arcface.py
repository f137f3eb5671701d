"""Identity by an ArcFace-like network of the user's: alignment, and what is said where something is missing."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.metrics.face_embedding.aligned_crop import SIDE, TEMPLATE, aligned_crop, five_points
from benchmark.metrics.identity import ArcFaceIdentity
from benchmark.runtime.device import Compute
from benchmark.weights.locate import Weights
from benchmark.weights.resources import MetricUnavailable, Resources
from tests.benchmark.metrics.random_batches import random_batch

CPU = Compute(torch.device("cpu"), "fp32", channels_last=False)
installed = pytest.mark.skipif(
    find_spec("dlib") is None or find_spec("face_recognition_models") is None, reason="needs the extra `identity`"
)


def gradients(side: int) -> np.ndarray:
    """A picture whose red says where a pixel is from the left, and whose green from above."""
    ramp = np.arange(side, dtype=np.float64)
    picture = np.stack([*np.meshgrid(ramp, ramp), np.full((side, side), 255.0)], axis=-1)
    return picture.astype(np.uint8)


def test_points_come_to_lie_on_the_template() -> None:
    angle = np.deg2rad(20)
    turn = 1.7 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = TEMPLATE @ turn.T + np.array([70.0, 3.0])
    crop = aligned_crop(gradients(256), points)
    assert crop is not None
    assert crop.shape == (SIDE, SIDE, 3)
    for (x, y), there in zip(
        np.round(TEMPLATE).astype(int), points + (np.round(TEMPLATE) - TEMPLATE) @ turn.T, strict=True
    ):
        np.testing.assert_allclose(crop[y, x, :2], there, atol=1.5)


def test_points_that_are_no_turn_of_the_template_are_met_by_least_squares() -> None:
    points = TEMPLATE + np.random.default_rng(0).normal(scale=3, size=(5, 2))
    x, y = points.T
    zero, one = np.zeros(5), np.ones(5)
    rows = np.concatenate([np.stack([x, -y, one, zero], axis=1), np.stack([y, x, zero, one], axis=1)])
    a, b, right, down = np.linalg.lstsq(rows, TEMPLATE.T.flatten(), rcond=None)[0]
    inverse = np.linalg.inv(np.array([[a, -b, right], [b, a, down], [0, 0, 1]]))
    crop = aligned_crop(gradients(112), points)
    assert crop is not None
    for place in ((40, 50), (70, 60), (56, 90)):
        np.testing.assert_allclose(crop[place[1], place[0], :2], (inverse @ [*place, 1])[:2], atol=1.5)


def test_five_of_sixty_eight_landmarks() -> None:
    landmarks = np.zeros((68, 2))
    landmarks[36:42], landmarks[42:48] = [10, 20], [30, 20]
    landmarks[30], landmarks[48], landmarks[54] = [20, 30], [12, 40], [28, 41]
    assert five_points(landmarks).tolist() == [[10, 20], [30, 20], [20, 30], [12, 40], [28, 41]]
    assert aligned_crop(gradients(64), np.full((5, 2), 7.0)) is None


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of ArcFace's shape: random projections of the aligned face."""
    path = tmp_path_factory.mktemp("arcface") / "mine.onnx"
    weights = np.random.default_rng(0).normal(size=(8, 3, 16, 16)).astype(np.float32)
    given = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, ["None", 3, SIDE, SIDE])
    made = helper.make_tensor_value_info("683", TensorProto.FLOAT, None)
    nodes = [
        helper.make_node("Conv", ["input.1", "w"], ["c"], strides=[16, 16]),
        helper.make_node("Flatten", ["c"], ["683"]),
    ]
    graph = helper.make_graph(nodes, "arcface", [given], [made], [numpy_helper.from_array(weights, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.mark.integration
@installed
def test_a_face_is_itself_another_is_not_and_none_is_left_out(network: Path, tmp_path: Path) -> None:
    metric = ArcFaceIdentity()
    metric.prepare(Resources(CPU, Weights(named={"identity-arcface": network})))
    faces = RenderedFaces(None, 64, tmp_path, train=8, val=1, test=1)
    target = faces.batch(faces.rows("train"))
    output = target.image.clone()
    output[4:] = target.image[4:].roll(1, dims=0)
    output[0] = 0
    columns = metric.measure(random_batch(len(output), output=output, target=target))
    values = columns["value"]
    assert np.isnan(values[0])
    found = np.isfinite(values)
    assert found[1:].sum() >= 5
    np.testing.assert_allclose(values[1:4][found[1:4]], 1)
    assert (values[4:][found[4:]] < 0.99).all()
    assert metric.breakdown(columns)["faces found"] == found.mean()


@installed
def test_without_a_file_the_reason_is_how_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with pytest.raises(
        MetricUnavailable, match=r"identity-arcface.onnx is not here: name one by --weights identity-arc"
    ):
        ArcFaceIdentity().prepare(Resources(CPU, Weights()))
