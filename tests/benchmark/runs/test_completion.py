"""Completion as a command runs it: its references, its figures, and that other methods' runs are as they were."""

from pathlib import Path

import pytest

from benchmark.results.schema import Result, read_result
from tests.commands import TINY, bench, settings


@pytest.fixture(scope="module")
def results(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    runs = tmp_path_factory.mktemp("completion") / "runs"
    small = settings("dataset.size=32", "protocols.completion.count=6", "limit=6")
    outcome = bench("run", "--method", "telea", "--protocol", "completion", *TINY, *small, "--runs", runs)
    assert outcome.code == 0, outcome.err
    return {path.parents[1].name: read_result(path) for path in (runs / "rendered-faces").glob("*/seed0/result.json")}


def figure(results: dict[str, Result], method: str, metric: str) -> float:
    value = results[method].protocols["completion"].metrics[metric].value
    assert value is not None
    return value


def test_references_of_holes_run_beside_a_method_that_fills_them(results: dict[str, Result]) -> None:
    assert set(results) == {
        *("telea", "mean-fill", "copy-target", "copy-source", "oracle", "region-color", "real"),
    }
    refused = results["copy-source"].protocols["completion"]
    assert refused.reason == "Copy source takes source image; completion gives no source image"


def test_figures_of_the_region_order_the_fillings(results: dict[str, Result]) -> None:
    assert figure(results, "oracle", "psnr-region") == 60
    assert figure(results, "oracle", "ssim-region") == 1
    psnr = [figure(results, method, "psnr-region") for method in ("telea", "mean-fill", "copy-target")]
    assert psnr == sorted(psnr, reverse=True)
    for method in ("telea", "mean-fill", "copy-target"):
        assert figure(results, method, "psnr-background") == 60
    assert figure(results, "region-color", "psnr-background") < 60


def test_real_images_are_the_whole_faces(results: dict[str, Result]) -> None:
    for metric in ("seg-miou", "attribute-accuracy", "frechet-judge"):
        assert figure(results, "real", metric) == pytest.approx(figure(results, "oracle", metric))
    assert results["real"].protocols["completion"].metrics["psnr-region"].value is None


def test_where_a_region_is_everything_nothing_can_be_filled(results: dict[str, Result]) -> None:
    for protocol in ("style-copy", "reconstruction"):
        assert (
            results["mean-fill"].protocols[protocol].reason
            == "the region is the whole image, which leaves nothing to fill it from"
        )
