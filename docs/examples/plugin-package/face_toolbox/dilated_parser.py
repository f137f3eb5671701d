"""A judge: a face parser of three plain convolutions."""

from torch import Tensor, nn
from torch.nn import functional

from benchmark.judges.face_parser import ParsingJudge
from methods.base import FaceBatch
from methods.labels import NUM_LABELS


class DilatedParser(ParsingJudge):
    """Labels pixels by what lies near them.

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
            nn.Conv2d(3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=2, dilation=2), nn.ReLU()
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
