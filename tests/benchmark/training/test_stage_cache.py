"""Shared stages: a variant takes what another trained, equal to the bit, and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.editing.build_method import build_editor
from methods.maskgan.model import MaskGAN
from tests.benchmark.training.small_maskgan import SMALL, Trained, alone, same, trained, words
from tests.commands import bench, bench_process, ended
from tests.damaged_files import DAMAGES

pytestmark = pytest.mark.integration

OTHERWISE: dict[str, Any] = {
    "ngf": 8,
    "n_downsampling": 2,
    "n_blocks": 2,
    "style_widths": [4, 8, 8],
    "outer_kernel": 5,
    "pointwise_init": False,
    "blender_ngf": 8,
    "blender_n_downsampling": 2,
    "blender_n_blocks": 2,
    "vae_width": 8,
    "vae_max_width": 16,
    "latent": 9,
    "ndf": 8,
    "n_layers_d": 3,
    "num_d": 1,
    "mask_vae_iterations": 2,
    "mask_vae_batch_size": 3,
    "mask_vae_lr": 0.01,
    "dense_mapping_iterations": 2,
    "dense_mapping_batch_size": 3,
    "dense_mapping_lr": 0.01,
    "editing_behavior_iterations": 3,
    "editing_behavior_batch_size": 3,
    "editing_behavior_lr": 0.01,
    "beta1": 0.4,
    "beta2": 0.9,
    "decay_from": 0.4,
    "ema_decay": 0.5,
    "kl_weight": 0.1,
    "feature_matching_weight": 3.0,
    "perceptual_weight": 3.0,
    "l1_weight": 3.0,
    "lambda_inter": 4.0,
    "ebst": False,
    "simulated_edits": False,
    "distinct_references": False,
    "blender": False,
    "style_mask_branch": False,
    "sft": False,
    "feature_matching": False,
    "perceptual": False,
    "vgg_imagenet_input": False,
}
"""Another value of every option but the file of VGG's weights."""
STAGES = ("mask_vae", "dense_mapping")


@pytest.fixture
def after_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """The method trained whole, in the cache that the test goes on with."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return trained(tmp_path / "first")


def deciding(stage: str) -> set[str]:
    options = resolve([ConfigSource({"method": "maskgan", "options": SMALL}, COMMAND)]).method.options
    found = next(each for each in MaskGAN(64, **options).stages() if each.name == stage)
    assert found.shared is not None
    return set(found.shared.decided_by)


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_does_not_name_decides_no_bit_of_it(stage: str, full: Trained, tmp_path: Path) -> None:
    unnamed = {name: value for name, value in OTHERWISE.items() if name not in deciding(stage)}
    assert unnamed.keys() | deciding(stage) >= OTHERWISE.keys()
    if stage == "mask_vae":  # which training on its masks alone has
        del unnamed["ebst"], unnamed["simulated_edits"]
    other = alone(tmp_path, **unnamed)
    assert same(full.networks(stage), other.networks(stage))
    assert len(full.networks(stage)) > 10


def test_a_finished_stage_keeps_its_own_networks_and_fills_the_method_with_those_before(full: Trained) -> None:
    left = {stage: full.checkpoint(stage)["state_dict"] for stage in (*STAGES, "editing_behavior")}
    assert {stage: {name.partition(".")[0] for name in tensors} for stage, tensors in left.items()} == {
        "mask_vae": {"mask_vae"},
        "dense_mapping": {"generator", "discriminator"},
        "editing_behavior": {"generator", "discriminator", "blender"},
    }
    for stage in left:
        checkpoint = str(full.folder / "checkpoints" / f"{stage}.pth")
        given = {"method": "maskgan", "options": SMALL, "checkpoint": checkpoint}
        filled = build_editor(resolve([ConfigSource(given, COMMAND)])).model.state_dict()
        for expected in (left["mask_vae"], left[stage]):
            assert all(torch.equal(filled[name], tensor) for name, tensor in expected.items())


def test_a_variant_trains_what_it_changes_and_takes_the_rest(after_full: Trained, tmp_path: Path) -> None:
    variant = trained(tmp_path / "second", variant="no-sft")
    assert after_full.stages == {"mask_vae", "dense_mapping", "editing_behavior"}
    assert variant.stages == {"dense_mapping", "editing_behavior"}
    assert same(after_full.networks("mask_vae"), variant.networks("mask_vae"))
    assert "maskgan+no-sft: mask_vae is as another run trained it" in (variant.folder / "log.txt").read_text()
    assert variant.checkpoint("mask_vae")["meta"] == after_full.checkpoint("mask_vae")["meta"], "its seconds count"


@pytest.mark.parametrize(
    ("variant", "left"),
    [
        ("lambda-1.5", {"editing_behavior"}),
        ("no-blender", {"editing_behavior"}),
        ("no-feature-matching", {"dense_mapping", "editing_behavior"}),
        ("no-mask-branch", {"dense_mapping", "editing_behavior"}),
    ],
)
def test_with_shared_stages_it_ends_in_the_same_bits_as_without(
    variant: str, left: set[str], after_full: Trained, tmp_path: Path
) -> None:
    shared = trained(tmp_path / "second", variant=variant)
    assert shared.stages == left
    whole = alone(tmp_path / "alone", variant=variant)
    assert whole.stages == after_full.stages
    last = "editing_behavior"
    assert same(shared.checkpoint(last)["state_dict"], whole.checkpoint(last)["state_dict"])


def test_a_control_without_edits_starts_from_the_same_bits(after_full: Trained, tmp_path: Path) -> None:
    control = trained(tmp_path / "second", variant="stage1-only")
    assert control.stages == {"editing_behavior"}
    assert same(after_full.networks("dense_mapping"), control.networks("dense_mapping"))
    assert not same(control.networks("dense_mapping"), control.networks("editing_behavior"))
    whole = alone(tmp_path / "alone", variant="stage1-only")
    assert whole.stages == {"dense_mapping", "editing_behavior"}
    assert same(
        control.checkpoint("editing_behavior")["state_dict"], whole.checkpoint("editing_behavior")["state_dict"]
    )


def test_without_its_last_stage_nothing_is_left_to_train(after_full: Trained, tmp_path: Path) -> None:
    outcome = bench(*words(tmp_path / "second", variant="no-ebst"))
    assert outcome.code == 0, outcome.err
    (folder,) = (tmp_path / "second").glob("rendered-faces/*/seed0")
    assert not (folder / "progress.jsonl").exists()
    state = torch.load(folder / "checkpoints" / "dense_mapping.pth", weights_only=True)["state_dict"]
    assert same(after_full.networks("dense_mapping"), state), "and it holds no network of the other variant"


@pytest.mark.parametrize("change", [{"latent": 9}, {"kl_weight": 0.1}, {"mask_vae_iterations": 4}, {"seed": 1}])
def test_what_decides_a_stage_trains_it_anew(change: dict[str, Any], after_full: Trained, tmp_path: Path) -> None:
    other = trained(tmp_path / "second", **change)
    assert "mask_vae" in other.stages
    assert not same(after_full.networks("mask_vae"), other.networks("mask_vae"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_the_store_is_said_and_trained_again(
    after_full: Trained, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    kept = sorted((tmp_path / "cache" / "stages").glob("*.pth"))
    assert len(kept) == len(STAGES)
    for path in kept:
        damage(path)
    again = trained(tmp_path / "second", variant="no-blender")
    assert again.stages == after_full.stages
    assert same(after_full.networks("mask_vae"), again.networks("mask_vae"))
    assert all(torch.load(path, weights_only=True)["meta"]["finished"] for path in kept)
    assert (again.folder / "log.txt").read_text().count("it is thrown away, and what it held is made anew") == 2


def test_two_processes_at_once_train_a_shared_stage_once(tmp_path: Path) -> None:
    variants = ("no-sft", "no-mask-branch")
    processes = [
        bench_process(*words(tmp_path / name, variant=name), BENCH_CACHE=str(tmp_path / "cache")) for name in variants
    ]
    for process in processes:
        outcome = ended(process)
        assert outcome.code == 0, outcome.err
    both = [Trained(tmp_path / name) for name in variants]
    assert sorted("mask_vae" in each.stages for each in both) == [False, True]
    assert same(*(each.networks("mask_vae") for each in both))
