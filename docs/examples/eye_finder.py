"""A judge of a role of its own, which finds the eyes, and a metric of how far an edit moves them."""

import numpy as np
import torch
from torch import Tensor, nn

from benchmark.datasets.base import FaceDataset
from benchmark.judges.base import Judge
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from methods.base import FaceBatch
from methods.labels import LABELS
from registry import JUDGES, METRICS

EYES = [LABELS.index("l_eye"), LABELS.index("r_eye")]


def centres(maps: Tensor) -> Tensor:
    """Centres (N, K, 2) of weights (N, K, H, W) in parts of the side, across before down; NaN where all are 0."""
    across, down = (torch.linspace(0, 1, size, device=maps.device) for size in (maps.shape[3], maps.shape[2]))
    total = maps.sum(dim=(2, 3))
    found = (maps.sum(dim=2) * across).sum(dim=2), (maps.sum(dim=3) * down).sum(dim=2)
    return torch.stack([each / total for each in found], dim=2)


JUDGE = {
    "name": "eye-finder",
    "title": "Eye finder",
    "summary": "Three convolutions whose two maps lie on the eyes, trained on masks of the train split alone.",
    "role": "landmarks",
    "options": {"width": 16, "iterations": 2000, "batch_size": 16, "lr": 0.005},
    "presets": {"demo": {"iterations": 400}},
}


@JUDGES.register(card=JUDGE)
class EyeFinder(Judge):
    """Finds both eyes.

    Args:
        size: side of the square images in pixels.
        width: channels of the hidden layers.
        iterations: of training.
        batch_size: faces in each iteration.
        lr: the learning rate's peak.
    """

    def __init__(self, size: int, *, width: int, iterations: int, batch_size: int, lr: float) -> None:
        super().__init__(size=size, iterations=iterations, batch_size=batch_size, lr=lr, width=width)
        self.body = nn.Sequential(
            nn.Conv2d(3, width, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(width, width, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(width, len(EYES), 7, padding=3),
        )

    def answer(self, image: Tensor) -> Tensor:
        """Where the eyes are, (N, 2, 2), in images (N, 3, H, W) in [-1, 1]."""
        maps = self.body(image).float()
        return centres(maps.flatten(2).softmax(dim=2).view_as(maps))

    def loss(self, faces: FaceBatch) -> Tensor:
        """Mean distance of the eyes that a face shows; 0 where it shows none."""
        masks = torch.stack([faces.mask == eye for eye in EYES], dim=1).float()
        distances = torch.linalg.vector_norm(self.answer(faces.image) - centres(masks).nan_to_num(), dim=2)
        shown = masks.amax(dim=(2, 3))
        return (distances * shown).sum() / shown.sum().clamp(min=1)

    @torch.inference_mode()
    def evaluate(self, dataset: FaceDataset, rows: np.ndarray) -> dict[str, float]:
        """The mean loss over batches of test faces."""
        return {"eye_distance": float(np.mean([float(self.loss(faces)) for faces in self.batches(dataset, rows)]))}


METRIC = {
    "name": "eye-shift",
    "title": "Eye shift",
    "summary": "How far the eyes of output and target lie apart, in percent of the image's side; mean of both eyes.",
    "level": "image",
    "judge": "landmarks",
    "direction": "down",
    "unit": "%",
    "decimals": 2,
    "min_n": 50,
    "citation": "this example",
}


@METRICS.register(card=METRIC)
class EyeShift(MeanMetric):
    """Distance of the eyes from where the target has them, as the judge sees both."""

    def measure(self, batch: ScoringBatch) -> dict[str, np.ndarray]:
        """In percent of the side, (N,)."""
        moved = batch.judged["landmarks"] - batch.judged_targets["landmarks"]
        return {VALUE: 100 * torch.linalg.vector_norm(moved, dim=2).mean(dim=1).double().numpy()}
