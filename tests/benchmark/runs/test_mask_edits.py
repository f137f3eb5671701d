"""Mask edits as a command runs it: flat and perfect, flat, and falling curves, and the figures of a page."""

from pathlib import Path

import pytest

from benchmark.results.schema import Result, read_result
from tests.commands import TINY, bench, settings

STRENGTHS = ["0", "0.25", "0.5", "1", "2"]


@pytest.fixture(scope="module")
def runs(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mask-edits") / "runs"
    small = settings("dataset.size=32", "dataset.options.test=20", "protocols.mask-edits.count=6")
    outcome = bench("run", "--method", "region-color", "--protocol", "mask-edits", *TINY, *small, "--runs", folder)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture(scope="module")
def results(runs: Path) -> dict[str, Result]:
    return {path.parents[1].name: read_result(path) for path in (runs / "rendered-faces").glob("*/seed0/result.json")}


def curve(results: dict[str, Result], method: str, metric: str) -> list[float]:
    found = results[method].protocols["mask-edits"].strengths
    assert list(found) == STRENGTHS
    values = [found[strength][metric].value for strength in STRENGTHS]
    return [value for value in values if value is not None]


def test_the_true_edit_is_perfect_at_every_strength(results: dict[str, Result]) -> None:
    for metric in ("psnr-oracle", "psnr-region"):
        assert curve(results, "oracle", metric) == [60] * 5
    for metric in ("ssim-oracle", "ssim-region"):
        assert curve(results, "oracle", metric) == pytest.approx([1] * 5)
    parsed = curve(results, "oracle", "seg-miou")
    assert parsed == pytest.approx(parsed[:1] * 5, abs=1e-3)  # batches of other sizes round otherwise
    assert results["oracle"].protocols["mask-edits"].losses["seg-miou"].value == pytest.approx(0, abs=1e-3)


def test_who_sees_no_mask_has_flat_curves_and_who_copies_it_falling_ones(results: dict[str, Result]) -> None:
    for metric in ("psnr-oracle", "psnr-region", "seg-miou"):
        unedited = curve(results, "copy-target", metric)
        assert unedited == pytest.approx(unedited[:1] * 5, abs=1e-3)
    assert curve(results, "copy-target", "psnr-background") == [60] * 5
    for metric in ("psnr-oracle", "psnr-region", "ssim-region", "psnr-background"):
        falling = curve(results, "region-color", metric)
        assert falling[0] > falling[3] > falling[4], metric
        loss = results["region-color"].protocols["mask-edits"].losses[metric].value
        assert loss == pytest.approx(falling[0] - falling[3])


def test_references_that_need_another_face_say_why_they_have_none(results: dict[str, Result]) -> None:
    reason = results["copy-source"].protocols["mask-edits"].reason
    assert reason == "Copy source takes source image; mask-edits gives no source image"
    assert results["real"].protocols["mask-edits"].metrics["psnr-oracle"].value is None


def test_a_run_that_names_no_protocol_does_not_take_it() -> None:
    outcome = bench("run", "--method", "region-color", "--dry-run")
    assert outcome.code == 0, outcome.err
    assert "attribute-transfer" in outcome.out + outcome.err
    assert "mask-edits" not in outcome.out + outcome.err
