"""A file that was cut short or damaged is told from a whole one before any decoder sees it."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmark.images.integrity import damage

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 40, 3), dtype=np.uint8)


def encoded(extension: str, *flags: int) -> bytes:
    done, content = cv2.imencode(extension, PICTURE, list(flags))
    assert done
    return _bytes(content)


def _bytes(content: NDArray[np.uint8]) -> bytes:
    return content.tobytes()


JPEG = encoded(".jpg")
PROGRESSIVE = encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
RESTARTS = encoded(".jpg", cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
PNG = encoded(".png")
# A camera's thumbnail is a JPEG within the JPEG, with an end-of-image marker of its own.
WITH_THUMBNAIL = JPEG[:2] + b"\xff\xe1" + (len(JPEG) + 2).to_bytes(2, "big") + JPEG + JPEG[2:]


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, RESTARTS, WITH_THUMBNAIL, PNG, JPEG + b"\0\0", PNG + b"\n"])
def test_whole_files_have_no_damage(content: bytes) -> None:
    assert damage(content) is None


@given(st.sampled_from([JPEG, PROGRESSIVE, RESTARTS, WITH_THUMBNAIL, PNG]), st.data())
def test_a_file_cut_anywhere_is_damaged_even_when_padded(content: bytes, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(content) - 1))
    assert damage(content[:kept]) is not None
    assert damage(content[:kept] + bytes(len(content) - kept)) is not None


@given(st.integers(0, len(PNG) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_png_is_seen(position: int, change: int) -> None:
    content = bytearray(PNG)
    content[position] ^= change
    assert damage(bytes(content)) is not None


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_image(content: bytes) -> None:
    assert damage(content) is not None
    assert damage(b"\xff\xd8" + content) is not None or content.endswith(b"\xff\xd9")
