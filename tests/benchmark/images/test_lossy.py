"""Files whose pixels are not those that were saved are told from the others by their content."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from benchmark.images.lossy import is_lossy


def encoded(kind: str, *, frames: int = 1, **options: object) -> bytes:
    images = [Image.effect_noise((16, 16), 80 + frame).convert("RGB") for frame in range(frames)]
    content = BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(content, kind, **more, **options)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "lossy"),
    [
        (encoded("JPEG"), True),
        (encoded("WEBP"), True),
        (encoded("WEBP", exif=b"Exif\0\0"), True),
        (encoded("WEBP", frames=2, lossless=False), True),
        (encoded("WEBP", lossless=True), False),
        (encoded("WEBP", lossless=True, exif=b"Exif\0\0"), False),
        (encoded("WEBP", frames=2, lossless=True), False),
        (encoded("PNG"), False),
        (b"RIFF", False),
        (b"", False),
    ],
)
def test_jpeg_and_lossy_webp_are_told_by_their_content(content: bytes, lossy: bool) -> None:
    assert is_lossy(content) is lossy
