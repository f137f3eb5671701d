"""The presets `small` and `paper` from faces to a result, at their own sizes, of rendered faces and the real layout."""

import json
from pathlib import Path

import pytest

from benchmark.results.schema import read_result
from registry.catalogue import METHOD_CARDS
from tests.celebamask_hq_folder import make_celeba
from tests.commands import TINY_SCORING, bench, settings
from tests.methods.test_presets import TINY as WIDTHS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]

FAMILIES = ("maskgan", "pix2pixhd", "spade", "sean", "stargan", "elegant")
SIZES = {"small": 128, "paper": 512}
"""Of a table's faces; a method of another published size edits at its own."""
TRAIN, TEST, BATCH = 24, 12, 2
EDGE = 182_638
"""CelebA's first file of the test split."""


def tiny_settings(method: str) -> list[str]:
    """Networks of a few channels, and half an epoch of each stage."""
    options = METHOD_CARDS.find(method).card.options
    tiny = {name: value for name, value in WIDTHS.items() if name in options}
    tiny |= {name: BATCH for name in options if name.endswith("batch_size")}
    tiny |= {name: BATCH / TRAIN for name in options if name.endswith("epochs")}
    tiny |= {name: 1 for name in options if name.endswith("iterations") and f"{name[:-10]}epochs" not in options}
    return settings(*(f"options.{name}={json.dumps(value)}" for name, value in tiny.items()))


@pytest.fixture(scope="module")
def real_layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = [*range(1, TRAIN + 1), *range(170_000, 170_004), *range(EDGE, EDGE + TEST)]
    return make_celeba(tmp_path_factory.mktemp("faces") / "celeba", dict(enumerate(numbers))).root


@pytest.mark.parametrize("dataset", ["rendered-faces", "celebamask-hq"])
@pytest.mark.parametrize("preset", ["small", "paper"])
@pytest.mark.parametrize("method", FAMILIES)
def test_it_comes_to_a_result(method: str, preset: str, dataset: str, real_layout: Path, tmp_path: Path) -> None:
    of_rendered = settings("dataset.options.train=24", "dataset.options.val=4", "dataset.options.test=12")
    faces = ["--data", real_layout] if dataset == "celebamask-hq" else of_rendered
    words = ["run", "--method", method, "--preset", preset, "--dataset", dataset, *faces, "--limit", "2"]
    scoring = settings(*TINY_SCORING, "compute.precision=fp32", "validate_every=0")
    outcome = bench(*words, *tiny_settings(method), *scoring, "--device", "cpu", "--runs", tmp_path / "runs")
    assert outcome.code == 0, outcome.err
    result = read_result(tmp_path / "runs" / dataset / method / "seed0" / "result.json")
    assert (result.preset, result.dataset_facts.size) == (preset, SIZES[preset])
    assert any(cell.value is not None for protocol in result.protocols.values() for cell in protocol.metrics.values())
