"""Writing edits in the background: all of them, whole, and no failure unheard."""

from pathlib import Path

import mmcv
import numpy as np
import pytest

from benchmark.images.background_writer import ImageWriter


def test_every_image_is_on_disk_when_the_block_ends(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 16, 16, 3), dtype=np.uint8)
    with ImageWriter() as writer:
        for number, image in enumerate(images):
            writer.write(tmp_path / f"{number}.png", image)
    assert len(list(tmp_path.iterdir())) == len(images)
    for number, image in enumerate(images):
        assert np.array_equal(mmcv.imread(tmp_path / f"{number}.png", channel_order="rgb"), image)


def test_images_handed_over_before_a_failure_are_kept(tmp_path: Path) -> None:
    def edit_two_batches() -> None:
        with ImageWriter() as writer:
            writer.write(tmp_path / "0.png", np.zeros((8, 8, 3), np.uint8))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        edit_two_batches()
    assert (tmp_path / "0.png").exists()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), ImageWriter() as writer:
        writer.write(tmp_path / "file" / "0.png", np.zeros((8, 8, 3), np.uint8))
