"""MaskGAN with the narrowest networks and the shortest stages, trained by the command."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.commands import TINY_DATASET, bench, settings

SMALL: dict[str, Any] = {
    "ngf": 4,
    "n_downsampling": 1,
    "n_blocks": 1,
    "style_widths": [4, 4, 8],
    "blender_ngf": 4,
    "vae_width": 4,
    "latent": 8,
    "ndf": 4,
    "n_layers_d": 2,
    "mask_vae_iterations": 3,
    "mask_vae_batch_size": 4,
    "dense_mapping_iterations": 3,
    "dense_mapping_batch_size": 2,
    "editing_behavior_iterations": 2,
    "editing_behavior_batch_size": 2,
}


def words(runs: Path, variant: str = "", seed: int = 0, **options: Any) -> list[str]:
    given = [f"options.{name}={json.dumps(value)}" for name, value in (SMALL | options).items()]
    method = f"maskgan+{variant}" if variant else "maskgan"
    fixed = settings(*TINY_DATASET, "compute.precision=fp32", *given)
    return ["train", "--method", method, "--seed", str(seed), "--runs", str(runs), *fixed]


class Trained:
    """A training's folder, read."""

    def __init__(self, runs: Path) -> None:
        (self.folder,) = runs.glob("rendered-faces/*/seed*")
        lines = (self.folder / "progress.jsonl").read_text().splitlines()
        self.stages = {json.loads(line)["stage"] for line in lines}

    def checkpoint(self, stage: str) -> dict[str, Any]:
        return torch.load(self.folder / "checkpoints" / f"{stage}.pth", weights_only=True)

    def networks(self, stage: str) -> Mapping[str, Tensor]:
        of_stage = {"mask_vae": ("mask_vae.",)}.get(stage, ("generator.", "discriminator."))
        return {key: value for key, value in self.checkpoint(stage)["state_dict"].items() if key.startswith(of_stage)}


def trained(runs: Path, **given: Any) -> Trained:
    outcome = bench(*words(runs, **given))
    assert outcome.code == 0, outcome.err
    return Trained(runs)


def same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def alone(place: Path, **given: Any) -> Trained:
    """A training with a cache of its own, so that it shares nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(place / "cache"))
        return trained(place / "runs", **given)
