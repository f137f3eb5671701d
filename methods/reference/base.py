"""What the reference methods share: they learn nothing and work at any size."""

from methods.base import FaceEditor


class ReferenceEditor(FaceEditor):
    """A trivial editor.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
