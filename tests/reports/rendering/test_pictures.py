"""Pictures on pages: small, true to their colours, and none that a page cannot show fails it."""

import io
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reports.rendering.pictures import MAX_SIDE, ImageStore, compact_uri


def _noisy(path: Path, side: int, spread: float) -> np.ndarray:
    """A grey gradient with noise, as an untrained generator or a grainy photograph gives."""
    ramp = np.linspace(40, 215, side)[None, :, None]
    pixels = np.random.default_rng(side).normal(ramp, spread, (side, side, 3)).clip(0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.mark.parametrize("side", [256, 512])
@pytest.mark.parametrize("spread", [20, 90])
def test_a_noisy_picture_is_shown(tmp_path: Path, side: int, spread: float) -> None:
    pixels = _noisy(tmp_path / "edit.png", side, spread)
    uri = compact_uri(tmp_path / "edit.png")
    assert uri is not None
    shown = np.asarray(Image.open(io.BytesIO(b64decode(uri.partition(",")[2]))))
    assert shown.shape == (MAX_SIDE, MAX_SIDE, 3)
    expected = np.asarray(Image.fromarray(pixels).resize((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS))
    assert np.abs(shown.astype(int) - expected).mean() < 10


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR broken", b"no picture"])
def test_a_picture_that_cannot_be_read_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edit.png").write_bytes(content)
    store = ImageStore()
    assert store.add(tmp_path / "edit.png") is None
    assert not store.full
