"""The options of face-folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmark.datasets.errors import DataError


@dataclass(frozen=True)
class FaceFolderOptions:
    """What the files of a folder of faces mean.

    Attributes:
        label_set: what label maps say: the name of a known label set, a YAML file in the folder, or a list of labels.
        attribute_names: columns of attributes.csv that are not named as CelebA's attributes: with the attribute of
            CelebA that they are, such as smile=Smiling, or as attributes of the folder's own, such as Freckles.
        val_share: of the faces that a hash of their names puts into the split val, where there is no splits.csv.
        test_share: of the faces that it puts into the split test.

    Raises:
        DataError: if a share is negative, or both leave nothing to train on.
    """

    label_set: str | list[Any] = "celebamask-hq"
    attribute_names: list[str] = field(default_factory=list)
    val_share: float = 0.1
    test_share: float = 0.1

    def __post_init__(self) -> None:
        """Check the shares."""
        if min(self.val_share, self.test_share) < 0 or self.val_share + self.test_share >= 1:
            shares = f"val_share {self.val_share} and test_share {self.test_share}"
            raise DataError(f"{shares} must be 0 or more and leave faces to train on")
