"""However a folder of pictures is laid out and encoded: the same figures, with all that is left out said, or a refusal.

The judge and the network of FID are stand-ins that take microseconds; everything around them is the program's own.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

import benchmark
from benchmark.evaluation.context import EvaluationContext
from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.images.convert import image_tensor
from benchmark.metrics.base import SetMetric
from benchmark.runtime.device import Compute
from methods.labels import PALETTE
from registry import METRICS
from registry.errors import InputError
from tests.benchmark.evaluation.any_folder import SIDE, Drawn, draw_folders, reference_pixels
from tests.benchmark.evaluation.mean_colors import MeanColors

outcomes: Counter[str] = Counter()
"""How often the folders of one test gave figures, or were refused."""


class NearestColor:
    """A judge that sees of each pixel the label whose colour is nearest."""

    def parse(self, images: Tensor) -> tuple[Tensor, None]:
        levels = ((images.permute(0, 2, 3, 1) + 1) * 127.5).round().numpy().astype(np.int32)
        distances = [((levels - np.asarray(color)) ** 2).sum(axis=-1) for color in PALETTE]
        return torch.from_numpy(np.argmin(distances, axis=0).astype(np.uint8)), None


@pytest.fixture(scope="module", autouse=True)
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("stand-ins")
    (folder / "inception.pth").write_bytes(b"read by nothing")
    facts = SimpleNamespace(model_dump=lambda: {"title": "nearest colour"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder / "cache"))
        patch.setattr(EvaluationContext, "judge", lambda *_: (NearestColor(), facts))
        patch.setattr("benchmark.features.inception.InceptionEncoder", MeanColors)
        patch.setattr(
            "benchmark.python_api.arguments.load_installed", list
        )  # looking for plug-ins takes longer than all the rest
        patch.setattr("benchmark.api.weights_of", lambda _: _Weights(folder / "inception.pth"))
        yield


class _Weights:
    """Finds the same file for every id."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find_named(self, id: str) -> Any:
        return SimpleNamespace(id=id, path=self.path, sha256="0" * 64, published=True)


def expected_figures(drawn: Drawn) -> dict[str, float]:
    """What the faces that count must give, from their arrays alone."""
    pixels = np.stack([face.pixels for face in drawn.faces])
    parsed = NearestColor().parse(image_tensor(pixels))[0].numpy()
    figures = {"seg-accuracy": float((parsed == np.stack([face.labels for face in drawn.faces])).mean())}
    if "metrics" not in drawn.words:
        real = np.stack([reference_pixels(number) for number in drawn.real])
        fid = METRICS.get("fid")()
        assert isinstance(fid, SetMetric)
        encoder = MeanColors(SimpleNamespace(compute=Compute(torch.device("cpu"), "fp32", False)))  # type: ignore[arg-type]
        sets = [FeatureSet.of(encoder.encode(list(images))) for images in (pixels, real)]
        figures["fid"] = fid.measure(FeaturePair(*sets)).value
    return figures


def check(random: Random) -> None:
    """Draw folders, score them, and compare with what must come of them."""
    with tempfile.TemporaryDirectory(prefix="any-folder-") as folder:
        drawn = draw_folders(random, Path(folder))
        found = _scored(drawn)
        if isinstance(found, str):
            assert any(text in found for text in drawn.refused), (found, drawn.refused)
            outcomes["refused"] += 1
            return
        assert not drawn.refused, drawn.refused
        assert list(found["metric"]) == ["seg-accuracy", "fid"][: len(found)]
        values = dict(zip(found["metric"], found["value"], strict=True))
        assert values == pytest.approx(expected_figures(drawn), rel=1e-6, abs=1e-9)
        assert set(found["n"]) == {len(drawn.faces)}
        _check_accounts(drawn, found.attrs["files"])
        outcomes["figures"] += 1


def _scored(drawn: Drawn) -> pd.DataFrame | str:
    """The figures, or the sentence of a refusal."""
    words = {"metrics": ["seg-accuracy", "fid"], **drawn.words}
    reference = drawn.reference if "fid" in words["metrics"] else None
    settings = {"dataset": {"size": SIDE}, "bootstrap_draws": 100}
    try:
        return benchmark.score_images(drawn.images, reference, drawn.masks, settings=settings, quiet=True, **words)
    except InputError as error:
        return str(error)


def _check_accounts(drawn: Drawn, accounts: dict[str, Any]) -> None:
    """Every file of every folder is used, or left out for a reason that is said."""
    for role, account in accounts.items():
        there = [path for path in Path(account["folder"]).rglob("*") if path.is_file()]
        assert account["used"] + sum(files["count"] for files in account["left_out"]) == len(there), account
        reasons = [files["reason"] for files in (*account["left_out"], *account["remarks"])]
        for said in drawn.said[role]:
            assert any(reason.startswith(said) for reason in reasons), (role, said, reasons)
        if not drawn.said[role]:
            assert account["left_out"] == []


@pytest.mark.integration
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_folder_gives_the_same_figures_or_is_refused_by_name(random: Random) -> None:
    check(random)


@pytest.mark.slow
def test_two_thousand_folders_give_the_same_figures_or_are_refused_by_name() -> None:
    outcomes.clear()
    for seed in range(2000):
        try:
            check(Random(seed))
        except Exception as error:
            error.add_note(f"the folders of seed {seed}")
            raise
    assert outcomes.total() == 2000
    assert min(outcomes.values()) > 400
