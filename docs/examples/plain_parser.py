"""A judge: a face parser of four plain convolutions."""

from torch import Tensor, nn
from torch.nn import functional

from benchmark.judges.face_parser import ParsingJudge
from methods.base import FaceBatch
from methods.labels import NUM_LABELS
from registry import JUDGES

CARD = {
    "name": "plain-parser",
    "title": "Plain parser",
    "summary": "Four convolutions at full resolution, trained with cross-entropy on the train split alone.",
    "role": "parser",
    "options": {"width": 32, "iterations": 20000, "batch_size": 16, "lr": 0.002},
    "presets": {"demo": {"width": 16, "iterations": 600, "batch_size": 8}},
}


@JUDGES.register(card=CARD)
class PlainParser(ParsingJudge):
    """Labels pixels by what lies within nine pixels of them.

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
            nn.Conv2d(3, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=4, dilation=4),
            nn.ReLU(),
        )
        self.head = nn.Conv2d(width, NUM_LABELS, 1)

    @property
    def deepest(self) -> nn.Module:
        """The layer whose mean over positions is the feature vector of an image."""
        return self.body

    def logits(self, image: Tensor) -> Tensor:
        """Logits (N, 19, H, W) of images (N, 3, H, W) in [-1, 1]."""
        return self.head(self.body(image))

    def loss(self, faces: FaceBatch) -> Tensor:
        """Cross-entropy of every pixel."""
        return functional.cross_entropy(self.logits(faces.image), faces.mask.long())
