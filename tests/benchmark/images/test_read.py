"""One decoder: whatever a file's encoding, its pixels are those that a viewer shows, or it is refused by name."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from benchmark.images.read import UnreadableImageError, conversions, decode_image, read_image
from registry.errors import InputError
from tests.benchmark.images.encoded import LOSSLESS, by_opencv, encoded, png_16, png_that_claims, tiff_16
from tests.places import ROOT

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
GREY = PICTURE[..., 0]
IMAGE = Image.fromarray(PICTURE)
CLEAR = Image.fromarray(np.dstack([PICTURE, GREY]))


@pytest.mark.parametrize("ending", LOSSLESS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_upright_whatever_holds_it(ending: str, orientation: int) -> None:
    np.testing.assert_array_equal(decode_image(LOSSLESS[ending](IMAGE, orientation)), PICTURE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_upright_as_opencv_turns_it(orientation: int) -> None:
    content = encoded(IMAGE, "JPEG", orientation, quality=90)
    shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(decode_image(content), shown)
    assert decode_image(content).shape == PICTURE.shape


@pytest.mark.parametrize("orientation", range(1, 9))
def test_colour_of_16_bits_in_a_tiff_is_upright(orientation: int) -> None:
    content = tiff_16(PICTURE.astype(np.uint16) * 257, orientation)
    np.testing.assert_array_equal(decode_image(content), PICTURE)


@given(hnp.arrays(np.uint16, st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))))
def test_16_bits_become_the_nearest_8(samples: NDArray[np.uint16]) -> None:
    colours = samples[..., :1].repeat(3, axis=-1) if samples.shape[-1] < 3 else samples[..., :3]
    expected = np.rint(colours / 257).astype(np.uint8)
    np.testing.assert_array_equal(decode_image(png_16(samples)), expected)


@pytest.mark.parametrize(
    "content",
    [
        png_16(GREY[..., None].astype(np.uint16) * 257),
        by_opencv(".tiff", GREY.astype(np.uint16) * 257),
        by_opencv(".pgm", GREY.astype(np.uint16) * 257),
        by_opencv(".pgm", GREY),
        encoded(Image.fromarray(GREY), "PNG"),
        encoded(Image.fromarray(GREY), "TIFF"),
        encoded(Image.merge("LA", (Image.fromarray(GREY), Image.fromarray(GREY))), "PNG"),
    ],
)
def test_grey_is_the_same_at_any_depth(content: bytes) -> None:
    np.testing.assert_array_equal(decode_image(content), GREY[..., None].repeat(3, axis=-1))


def test_palette_and_transparency_leave_the_stored_colours() -> None:
    few = IMAGE.quantize(7)
    expected = np.array(few.convert("RGB"))
    np.testing.assert_array_equal(decode_image(encoded(few, "PNG")), expected)
    np.testing.assert_array_equal(decode_image(encoded(few, "PNG", transparency=2)), expected)
    np.testing.assert_array_equal(decode_image(encoded(CLEAR, "PNG")), PICTURE)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_an_orientation_that_cannot_be_read_leaves_the_image_as_it_is_stored() -> None:
    for exif in (b"Exif\0\0II*\0nonsense", b"Exif\0\0", b"MM"):
        np.testing.assert_array_equal(decode_image(encoded(IMAGE, "PNG", exif=exif)), PICTURE)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b"<html>", "is no image of a known kind (BMP, JPEG, PNG, PPM, TIFF, WEBP)"),
        (encoded(IMAGE, "PNG")[:-20], "is a PNG that was cut short"),
        (encoded(IMAGE, "JPEG")[:-20], "is a JPEG that was cut short"),
        (encoded(IMAGE, "BMP")[:-20], "cannot be decoded: "),
        (encoded(Image.fromarray(GREY.astype(np.float32)), "TIFF"), "is of floats, which have no agreed white"),
        (encoded(Image.fromarray(GREY.astype(np.int32)), "TIFF"), "is of integers of 32 bits"),
        (encoded(IMAGE, "GIF"), "is no image of a known kind"),
    ],
)
def test_what_is_no_whole_image_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    with pytest.raises(UnreadableImageError) as error:
        decode_image(content)
    assert str(error.value).startswith(fault)
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png: cannot be read as an image: it "):
        read_image(tmp_path / "a.png")


def test_a_file_that_would_start_a_program_is_no_image(tmp_path: Path) -> None:
    content = encoded(IMAGE, "EPS")
    assert content.startswith(b"%!PS")
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(InputError, match="is no image of a known kind"):
        read_image(tmp_path / "a.png")
    with pytest.raises(InputError, match="is no image of a known kind"):
        conversions(tmp_path / "a.png")


@pytest.mark.parametrize("size", [(13_000, 13_000), (30_000, 30_000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_header_that_claims_a_huge_size_is_refused_at_once(size: tuple[int, int]) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableImageError, match="cannot be decoded"):
        decode_image(png_that_claims(*size))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (encoded(IMAGE, "PNG"), []),
        (encoded(IMAGE, "PNG", 3), []),
        (encoded(Image.fromarray(GREY), "PNG"), []),
        (png_16(PICTURE.astype(np.uint16)), ["of 16 bits per channel, scaled to 8"]),
        (png_16(GREY[..., None].astype(np.uint16)), ["of 16 bits per channel, scaled to 8"]),
        (tiff_16(PICTURE.astype(np.uint16), 1), ["of 16 bits per channel, scaled to 8"]),
        (encoded(CLEAR, "WEBP"), ["with an alpha channel, which is dropped"]),
        (encoded(IMAGE.convert("CMYK"), "JPEG"), ["in CMYK, converted without a colour profile"]),
        (
            encoded(IMAGE, "TIFF", save_all=True, append_images=[IMAGE]),
            ["of several frames, of which the first counts"],
        ),
    ],
)
def test_what_reading_changes_is_known_from_the_header(tmp_path: Path, content: bytes, changes: list[str]) -> None:
    (tmp_path / "a").write_bytes(content)
    assert conversions(tmp_path / "a") == changes


@given(st.sampled_from([*LOSSLESS]), st.data())
def test_a_damaged_file_is_refused_or_read_and_nothing_else(ending: str, data: st.DataObject) -> None:
    content = bytearray(LOSSLESS[ending](IMAGE, 1))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        pixels = decode_image(bytes(content))
    except UnreadableImageError:
        return
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3


def test_nothing_else_in_the_program_decodes_files() -> None:
    """Every picture that is read from a file comes through one decoder; what only writes may use libraries as well."""
    readers = ("Image.open(", "cv2.imread", "cv2.imdecode", "mmcv.imread", "mmcv.imfrombytes", "plt.imread")
    in_memory = {"benchmark/calibration/image_degradations.py"}  # a JPEG that it has made itself, as a degradation
    found = {
        str(path.relative_to(ROOT))
        for package in ("benchmark", "reports", "methods", "registry")
        for path in (ROOT / package).rglob("*.py")
        if any(reader in path.read_text(encoding="utf-8") for reader in readers)
    }
    assert found == {"benchmark/images/read.py"} | in_memory
