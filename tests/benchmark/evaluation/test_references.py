"""A folder of images against statistics in a file, and against archives; and writing such statistics."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pytorch_fid.fid_score import compute_statistics_of_path

import benchmark
from benchmark.evaluation.image_folder.score import score_images
from benchmark.features.gaussian_file import Gaussian, read_gaussian, write_gaussian
from benchmark.images.archive import opened_folder
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from benchmarks.faces import write_faces
from registry.errors import InputError
from tests.benchmark.evaluation.mean_colors import WIDTH, MeanColors


@pytest.fixture(scope="module", autouse=True)
def _stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("stand-in")
    (folder / "pt_inception-2015-12-05-6726825d.pth").write_bytes(b"read by nothing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder / "cache"))
        patch.setattr("benchmark.features.inception.InceptionEncoder", MeanColors)
        patch.setattr("benchmark.python_api.arguments.load_installed", list)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    write_faces(folder / "outputs", 9, 64, seed=1)
    write_faces(folder / "real", 11, 64, seed=2)
    return folder


def save(images: Path, path: Path, metrics: tuple[str, ...] = (), reference: Path | None = None) -> Any:
    return score_images(
        images,
        reference,
        None,
        metrics,
        selections={},
        labels=None,
        judge=[],
        device="cpu",
        weights=Weights(),
        cache=path.parent / "cache",
        reporter=Reporter(quiet=True),
        save_stats=path,
    )


def scored(images: Path, reference: Path, metrics: str = "fid") -> pd.DataFrame:
    return benchmark.score_images(images, reference, metrics=metrics.split(","), device="cpu", quiet=True)


def value_of(scores: pd.DataFrame) -> float:
    return float(scores["value"].iloc[0])


@pytest.mark.integration
def test_statistics_of_a_folder_stand_for_it_and_pytorch_fid_reads_them(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "real.npz"
    saved = save(place / "real", file)
    assert (dict(saved.saved), dict(saved.cells)) == ({"file": str(file), "encoder": "inception", "n": 11}, {})
    mean, covariance = compute_statistics_of_path(str(file), None, 50, WIDTH, "cpu")
    assert (mean.dtype, covariance.dtype) == (np.float64, np.float64)
    against = scored(place / "outputs", file, "fid,kid,precision")
    assert value_of(against) == pytest.approx(value_of(scored(place / "outputs", place / "real")), rel=1e-6)
    assert list(against["value"].isna()) == [False, True, True]
    assert all("has only their mean and covariance" in reason for reason in against["reason"][1:])
    assert against.attrs["num_real"] is None
    assert against.attrs["reference"]["statistics"] == str(file)
    assert len(against.attrs["reference"]["sha256"]) == 64


@pytest.mark.integration
def test_statistics_are_written_beside_figures_and_whole_or_not_at_all(place: Path, tmp_path: Path) -> None:
    both = save(place / "outputs", tmp_path / "own.npz", reference=place / "real")
    assert both.cells["fid"].value == pytest.approx(value_of(scored(place / "outputs", place / "real")))
    before = (tmp_path / "own.npz").read_bytes()
    shutil.copytree(place / "real", tmp_path / "damaged")
    (tmp_path / "damaged" / "00004.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    with pytest.raises(InputError, match=r"00004\.png"):
        save(tmp_path / "damaged", tmp_path / "own.npz")
    assert (tmp_path / "own.npz").read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.npz")] == ["own.npz"]


@pytest.mark.parametrize(
    ("name", "metrics", "said"),
    [
        ("own.npy", (), r"the name of a file of statistics ends in \.npz"),
        ("own.npz", ("fid", "fid-clean"), "write the statistics of one encoder, not of inception and inception-clean"),
        ("own.npz", ("fd-dinov2",), "dinov2_vitl14_pretrain.pth is not here"),
        ("own.npz", ("seg-miou",), "folders of images have no tasks"),
    ],
)
def test_what_statistics_cannot_be_written_of(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, metrics: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(InputError, match=said):
        save(place / "real", tmp_path / name, metrics)
    assert not (tmp_path / name).exists()


GOOD: dict[str, Any] = {"mu": np.zeros(WIDTH), "sigma": np.eye(WIDTH)}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"mu": np.zeros(5), "sigma": np.eye(5)}, "its mu has 5 numbers, where features of inception have 6"),
        ({"mu": np.zeros(WIDTH)}, "has no sigma but mu"),
        ({}, "has no mu and no sigma but nothing"),
        (GOOD | {"sigma": np.eye(5)}, r"mu is \(6,\) and sigma \(5, 5\), where \(D,\) and \(D, D\) were expected"),
        (GOOD | {"mu": np.full(WIDTH, np.nan)}, "has values that are not finite"),
        (GOOD | {"sigma": np.triu(np.ones((WIDTH, WIDTH)))}, "it is not symmetric"),
        (GOOD | {"sigma": -np.eye(WIDTH)}, "it has negative variances"),
        (GOOD | {"mu": np.array(list("abcdef"))}, "mu is of <U1, where numbers were expected"),
        (GOOD | {"mu": np.array([None] * WIDTH, object)}, "an entry is no array"),
    ],
)
def test_arrays_that_are_no_statistics(place: Path, tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    np.savez(tmp_path / "bad.npz", allow_pickle=True, **arrays)
    with pytest.raises(InputError, match=rf"bad\.npz.*{said}"):
        scored(place / "outputs", tmp_path / "bad.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_files_that_are_no_arrays(place: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.npz is no \.npz file; give one with mu and sigma"):
        scored(place / "outputs", tmp_path / "bad.npz")
    with pytest.raises(InputError, match="no such file of statistics"):
        scored(place / "outputs", tmp_path / "absent.npz")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(InputError, match=r"pipe\.npz: cannot be read: is a pipe or a device"):
        read_gaussian(tmp_path / "pipe.npz")


def test_single_precision_is_read_as_double(tmp_path: Path) -> None:
    sigma = np.cov(np.random.default_rng(0).normal(size=(50, 4)), rowvar=False)
    np.savez(tmp_path / "clean.npz", mu=np.ones(4, np.float32), sigma=sigma.astype(np.float32))
    found = read_gaussian(tmp_path / "clean.npz")
    np.testing.assert_allclose(found.covariance, sigma, rtol=1e-6)
    write_gaussian(tmp_path / "again.npz", Gaussian(found.mean, found.covariance))
    assert np.array_equal(read_gaussian(tmp_path / "again.npz").covariance, found.covariance)


def zipped(folder: Path, path: Path, within: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{within}{file.name}")
    return path


def test_archives_have_the_figures_of_their_folders(place: Path, tmp_path: Path) -> None:
    images = zipped(place / "outputs", tmp_path / "outputs.zip")
    real = zipped(place / "real", tmp_path / "real.ZIP", "real/images/")
    with zipfile.ZipFile(real, "a") as archive:
        archive.writestr("__MACOSX/real/._00000.png", b"x")
        archive.writestr("real/images/notes.txt", b"x" * 1000)
    found = scored(images, real)
    assert value_of(found) == pytest.approx(value_of(scored(place / "outputs", place / "real")), rel=1e-9)
    files = found.attrs["files"]
    assert files["images"] == {"folder": str(images), "used": 9, "left_out": [], "remarks": []}
    assert files["reference"]["folder"] == str(real)
    assert files["reference"]["left_out"] == [{"reason": "with another ending", "count": 1, "example": "notes.txt"}]


def test_a_damaged_picture_is_named_by_its_archive(place: Path, tmp_path: Path) -> None:
    images = zipped(place / "outputs", tmp_path / "outputs.zip")
    with zipfile.ZipFile(images, "a") as archive:
        archive.writestr("zz.png", (place / "outputs" / "00000.png").read_bytes()[:300])
    with pytest.raises(InputError, match=r"outputs\.zip/zz\.png: cannot be read as an image"):
        scored(images, place / "real")


def linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link.png")
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, "/etc/passwd")


def twice(archive: zipfile.ZipFile) -> None:
    archive.writestr("a.png", b"1")
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.png", b"2")


def both_file_and_folder(archive: zipfile.ZipFile) -> None:
    archive.writestr("a.png", b"1")
    archive.writestr("a.png/b.png", b"2")


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda archive: archive.writestr("../out.png", b"x"), "'../out.png' leads out of the archive"),
        (lambda archive: archive.writestr("/out.png", b"x"), "'/out.png' leads out of the archive"),
        (lambda archive: archive.writestr("in/C:out.png", b"x"), "'in/C:out.png' leads out of the archive"),
        (linked, "'link.png' is a link"),
        (twice, "two of its entries have one name: a.png"),
        (both_file_and_folder, "two of its entries have one name"),
        (lambda archive: archive.writestr("a.bmp", bytes(2**21)), "bytes unpack to 2,097,152, more than pictures do"),
    ],
)
def test_archives_that_are_not_to_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Callable[[zipfile.ZipFile], None], said: str
) -> None:
    monkeypatch.setattr("benchmark.images.archive.HARMLESS_BYTES", 2**16)
    path = tmp_path / "inner" / "bad.zip"
    path.parent.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path.parent))  # where archives are unpacked
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    with pytest.raises(InputError, match=r"bad\.zip") as error, opened_folder(path):
        pass
    assert said in str(error.value)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_refused_however_it_is_compressed(tmp_path: Path, method: int) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.png", np.random.default_rng(0).bytes(2000))
    content = bytearray(path.read_bytes())
    content[60:700] = b"\xff" * 640
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.zip: cannot be read as a zip archive"), opened_folder(path):
        pass


def test_what_is_no_archive_is_refused(tmp_path: Path, place: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match=r"bad\.zip: cannot be read as a zip archive"):
        scored(tmp_path / "bad.zip", place / "real")
    whole = zipped(place / "outputs", tmp_path / "whole.zip").read_bytes()
    start = whole.index(b"\x89PNG") + 400
    (tmp_path / "bad.zip").write_bytes(whole[:start] + b"\0\1\2\3" + whole[start + 4 :])
    with pytest.raises(InputError, match=r"bad\.zip: cannot be read as a zip archive: Bad CRC-32"):
        scored(tmp_path / "bad.zip", place / "real")
