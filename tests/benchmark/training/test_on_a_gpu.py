"""Trainings, edits and scores on a GPU: resumed to the same bits, and the same as on a CPU but for rounding."""

import json
import signal
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark.runtime.device import Compute, choose_compute
from benchmark.training.batch_parts import BatchParts
from benchmark.training.checkpoint_hook import first_not_finite
from benchmark.training.loss_scale import loss_scale
from benchmark.training.stage_optimizers import StageOptimizers
from benchmark.training.train import move_to_device
from benchmark.training.training_step import take_step
from methods.layers import whole_batch
from methods.layers.batch_norm import WholeBatchNorm2d
from tests.benchmark.training.small_maskgan import SMALL, Trained, same
from tests.benchmark.training.tiny_methods import ALL_STAGES, tiny
from tests.commands import TINY_DATASET, TINY_SCORING, TINY_TASKS, bench, ended, python, settings, signalled
from tests.methods.faces import random_faces
from tests.running_trainings import iterations

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is here"),
]
FIXED = settings(*TINY_DATASET, *TINY_SCORING, *TINY_TASKS)


def maskgan(runs: Path, *assignments: str, **options: object) -> list[str]:
    given = [f"options.{name}={json.dumps(value)}" for name, value in (SMALL | options).items()]
    words = ["--method", "maskgan", "--device", "cuda", "--runs", str(runs)]
    return [*words, *FIXED, *settings(*given, *assignments)]


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    long = {"mask_vae_iterations": 2, "dense_mapping_iterations": 300, "editing_behavior_iterations": 3}

    def training(name: str) -> subprocess.Popen[str]:
        """A process of its own, with a cache of its own, so that it shares no stage with the other."""
        words = ["train", *maskgan(tmp_path / name, "compute.deterministic=true", **long)]
        return python("-P", "-m", "benchmark", *words, BENCH_CACHE=str(tmp_path / f"{name}-cache"))

    whole = ended(training("whole"), timeout=300)
    assert whole.code == 0, whole.err
    run = tmp_path / "stopped" / "rendered-faces" / "maskgan" / "seed0"
    outcome = signalled(training("stopped"), signal.SIGTERM, lambda: 50 in iterations(run))
    assert outcome.code != 0
    assert (run / "checkpoints" / "dense_mapping.unfinished.pth").exists(), outcome.err
    again = ended(training("stopped"), timeout=300)
    assert again.code == 0, again.err
    one, other = Trained(tmp_path / "whole"), Trained(tmp_path / "stopped")
    lines = [json.loads(line) for line in (one.folder / "progress.jsonl").read_text().splitlines()]
    assert all(line["gpu_memory_mib"] > 0 and line["images_per_second"] > 0 for line in lines)
    for stage in ("mask_vae", "dense_mapping", "editing_behavior"):
        assert same(one.checkpoint(stage)["state_dict"], other.checkpoint(stage)["state_dict"]), stage


def test_edits_and_figures_are_those_of_a_cpu_but_for_rounding(tmp_path: Path) -> None:
    trained = bench("train", *maskgan(tmp_path / "trained", "compute.precision=fp32"))
    assert trained.code == 0, trained.err
    run = tmp_path / "trained" / "rendered-faces" / "maskgan" / "seed0"
    checkpoint = f"checkpoint={run / 'checkpoints' / 'editing_behavior.pth'}"
    figures, edits = {}, {}
    for device in ("cuda", "cpu"):
        runs = tmp_path / device
        words = [*maskgan(runs, "compute.precision=fp32", checkpoint), "--device", device]
        # judges differ by what trained them: pixels are compared, and figures that no judge gives
        scored = bench("score", *words)
        assert scored.code == 0, scored.err
        run = runs / "rendered-faces" / "maskgan" / "seed0"
        result = json.loads((run / "result.json").read_text())
        figures[device] = {
            (protocol, name): cell["value"]
            for protocol, content in result["protocols"].items()
            for name, cell in content["metrics"].items()
            if name.startswith(("psnr", "ssim")) and cell["value"] is not None
        }
        edits[device] = {
            str(path.relative_to(run)): np.asarray(Image.open(path), dtype=np.int16)
            for path in sorted(run.glob("edits/**/*.png"))
        }
    assert edits["cuda"].keys() == edits["cpu"].keys() != set()
    worst = max(int(np.abs(edits["cuda"][name] - edits["cpu"][name]).max()) for name in edits["cpu"])
    assert worst <= 1, "8-bit levels apart"
    assert figures["cuda"].keys() == figures["cpu"].keys() != set()
    for key, value in figures["cpu"].items():
        assert figures["cuda"][key] == pytest.approx(value, abs=0.02), key


def test_weights_are_seen_to_be_finite_by_one_wait_for_the_gpu() -> None:
    module = torch.nn.Sequential(*(torch.nn.BatchNorm2d(4) for _ in range(20))).cuda()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        found = first_not_finite(module)
        torch.cuda.set_sync_debug_mode("default")
    assert found is None
    assert sum("synchronizing" in str(each.message) for each in warned) == 1
    module[7].weight.data[1] = float("nan")
    assert first_not_finite(module) == "7.weight"


def test_faces_are_loaded_beside_a_gpu() -> None:
    assert choose_compute("cuda").num_workers > choose_compute("cpu").num_workers == 0


def steps(
    method: str, stage_name: str, compute: Compute, parts: int = 1, count: int = 4
) -> tuple[list[dict[str, float]], int, int]:
    """Losses of 20 steps, how often the host waited for the GPU in the last but one, and the bytes at its peak."""
    model, stage = tiny(method, stage_name)
    move_to_device(model, compute)
    optimizers = StageOptimizers(model.optimizers(stage), parts=BatchParts(parts), scale=loss_scale(compute))
    for wrapper in optimizers.values():
        wrapper.optimizer.param_groups[0]["lr"] = 2e-5
    faces = random_faces(count)
    faces.attributes[::2] = 1
    faces = faces.to(compute.device, channels_last=compute.channels_last)
    torch.cuda.reset_peak_memory_stats()
    losses, waits = [], 0
    for number in range(20):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            torch.cuda.set_sync_debug_mode("warn" if number == 18 else "default")
            found = take_step(model, faces, optimizers, compute)
            torch.cuda.set_sync_debug_mode("default")
        waits += sum("synchronizing" in str(each.message) for each in warned)
        losses.append({name: float(value) for name, value in found.items()})
    return losses, waits, torch.cuda.max_memory_allocated()


@pytest.mark.parametrize(("method", "stage"), ALL_STAGES)
def test_steps_in_float16_are_near_those_in_float32_and_wait_for_the_gpu_no_more(method: str, stage: str) -> None:
    exact, waits, _ = steps(method, stage, choose_compute("cuda", "fp32"))
    halved, waits_of_half, _ = steps(method, stage, choose_compute("cuda", "fp16"))
    assert waits_of_half == waits
    for one, other in zip(halved, exact, strict=True):
        assert one == pytest.approx(other, rel=0.05, abs=0.02)


def test_a_batch_in_parts_takes_the_memory_of_a_part() -> None:
    whole, parts = (steps("spade", "painting", choose_compute("cuda", "fp16"), each, 32)[2] for each in (1, 8))
    assert parts < 0.5 * whole


class Twice:
    """Two processes that have the same faces."""

    rank, size = 0, 2

    def add_up(self, tensor: torch.Tensor) -> None:
        tensor *= 2

    def gather(self, tensor: torch.Tensor) -> list[torch.Tensor]:
        return [tensor, tensor]


@pytest.mark.parametrize("shape", [(4, 5, 6, 6), (4, 5, 1, 1)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_of_shared_batches_is_the_plain_one_of_equal_shares(
    affine: bool, layout: torch.memory_format, shape: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    values, weights = (torch.randn(shape).cuda().contiguous(memory_format=layout) for _ in range(2))
    plain, shared = (norm(shape[1], affine=affine).cuda() for norm in (torch.nn.BatchNorm2d, WholeBatchNorm2d))
    found = []
    for norm in (plain, shared):
        own = values.clone(memory_format=torch.preserve_format).requires_grad_()
        with whole_batch.sharing(Twice()):
            normalised = norm(own)
        (normalised * weights).sum().backward()
        found.append([normalised, own.grad, *(weight.grad for weight in norm.parameters()), norm.running_mean])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)
