"""What a run's parser says of eyes: probabilities of both labels, of images as judges see them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmark.judges.face_parser import ParsingJudge
from benchmark.photographs.read_face import PRECISE, FaceReader
from methods.base import FaceBatch
from methods.labels import LABELS, NUM_LABELS

EYES = (LABELS.index("l_eye"), LABELS.index("r_eye"))


class ByColour(ParsingJudge):
    """A parser whose logit of the one eye is 3 times what is red in [-1, 1], of the other what is blue; else 0."""

    def __init__(self) -> None:
        nn.Module.__init__(self)

    @property
    def deepest(self) -> nn.Module:
        return self

    def loss(self, faces: FaceBatch) -> Tensor:
        raise NotImplementedError

    def logits(self, image: Tensor) -> Tensor:
        found = torch.zeros(len(image), NUM_LABELS, *image.shape[2:])
        found[:, EYES[0]], found[:, EYES[1]] = 3 * image[:, 0], 3 * image[:, 2]
        return found


def reader_of(judge: object, **scores: float) -> FaceReader:
    """A reader whose judges are this one, got where they may have to learn first."""

    def got(role: str) -> tuple[object, object]:
        assert not torch.is_inference_mode_enabled()
        return judge, SimpleNamespace(scores=scores)

    reader = FaceReader.__new__(FaceReader)
    compute = SimpleNamespace(device=torch.device("cpu"))
    reader._context = SimpleNamespace(judge=got, compute=compute)  # type: ignore[assignment]
    return reader


def test_eyes_are_the_probabilities_of_their_labels() -> None:
    images = np.zeros((2, 4, 4, 3), np.uint8)
    images[1, 0, 0] = (255, 0, 0)
    images[1, 3, 2] = (0, 0, 255)
    found = reader_of(ByColour()).eyes(images)
    assert found.shape == (2, 2, 4, 4)
    rest = NUM_LABELS - 2
    neither = np.exp(-3) / (2 * np.exp(-3) + rest)
    sure, other = np.exp([3, -3]) / (np.exp(3) + np.exp(-3) + rest)
    np.testing.assert_allclose(found[0], neither, rtol=1e-5)
    np.testing.assert_allclose(found[1, :, 0, 0], [sure, other], rtol=1e-5)
    np.testing.assert_allclose(found[1, :, 3, 2], [other, sure], rtol=1e-5)
    np.testing.assert_allclose(found[1, :, 1, 1], neither, rtol=1e-5)


@pytest.mark.parametrize(("mean_iou", "precise"), [(PRECISE, True), (PRECISE - 0.01, False)])
def test_a_parser_is_precise_from_a_mean_iou_on(mean_iou: float, precise: bool) -> None:
    assert reader_of(ByColour(), mean_iou=mean_iou).precise is precise
    assert not reader_of(ByColour()).precise
