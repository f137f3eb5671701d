"""Images against the label maps that they were to show: what is wrong with all of these is said at once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from benchmark.evaluation.image_folder.against_masks import score_masks
from benchmark.images.folder import open_images, open_label_maps
from registry.errors import InputError


def test_pictures_in_the_place_of_label_maps_are_refused_before_a_judge_learns(tmp_path: Path) -> None:
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (8, 8), (9, 200, 40)).save(tmp_path / folder / "0.png")
    images = open_images(tmp_path / "images")
    masks = open_label_maps(tmp_path / "masks", images.files)
    without_judge: Any = SimpleNamespace(evaluation=SimpleNamespace(dataset=SimpleNamespace(size=8)))
    with pytest.raises(InputError, match=r"masks/0\.png: a label map has one channel of labels; this is RGB"):
        score_masks(images, masks, ["seg-miou"], without_judge)
