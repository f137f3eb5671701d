"""Where and in which precision networks run: device, autocast, memory layout, and the seeds."""

from __future__ import annotations

import os
import platform
import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import torch

from benchmark.runtime.loaders import LOADERS_OF_A_GPU
from registry.errors import InputError

Precision = Literal["bf16", "fp16", "fp32"]
HALVES: Final[Mapping[Precision, torch.dtype]] = {"bf16": torch.bfloat16, "fp16": torch.float16}
"""The types of 16 bits in which forward passes run, by precision."""


class DeviceError(InputError):
    """A requested device that is not available."""


@dataclass(frozen=True)
class Compute:
    """How networks run.

    Attributes:
        device: where tensors live.
        precision: "bf16" and "fp16" run forward passes under `torch.autocast` in bfloat16 and float16; parameters stay
            float32, and losses in float16 are scaled for the backward pass (`benchmark.training.loss_scale`).
        channels_last: keep convolution weights and images as NHWC in memory.
        num_workers: data-loading processes beside the training process.
        processes: that train, edit and score together, each on a device of its own, or on the same CPU.
        deterministic: use algorithms that give the same bits each time, where torch has them.
    """

    device: torch.device
    precision: Precision
    channels_last: bool
    num_workers: int = 0
    processes: int = 1
    deterministic: bool = False

    def autocast(self) -> AbstractContextManager[None]:
        """The autocast context of one forward or training step."""
        half = HALVES.get(self.precision)
        return torch.autocast(self.device.type, dtype=half or torch.bfloat16, enabled=half is not None)

    @property
    def described(self) -> str:
        """What of this decides the numbers that come out: kind of device, precision, layout and algorithms."""
        further = {"channels-last": self.channels_last, "deterministic": self.deterministic}
        return " ".join([self.device.type, self.precision, *(word for word, holds in further.items() if holds)])

    @property
    def hardware(self) -> str:
        """The device in words, for provenance and cost tables."""
        several = f", {self.processes} processes" if self.processes > 1 else ""
        if self.device.type == "cuda":
            return f"{torch.cuda.get_device_name(self.device)}{several}"
        threads = torch.get_num_threads()
        return f"{processor_name()}, {threads} thread{'s' if threads > 1 else ''}{several}"


def choose_compute(
    device: str = "auto",
    precision: str = "auto",
    channels_last: bool | None = None,
    num_workers: int | None = None,
    deterministic: bool = False,
) -> Compute:
    """Resolve "auto" by what this machine does well.

    bf16 with channels-last is the faster choice where the hardware multiplies bfloat16 (1.3 to 1.4 times fp32 on a CPU
    with AVX512-BF16, batch 8 at 64²); GPUs that do not multiply it multiply float16. On other CPUs autocast only costs,
    so fp32 is the default. A GPU mostly waits for this process, so that others load its faces.

    Raises:
        DeviceError: if the device does not exist here.
    """
    try:
        chosen = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device)
        if chosen.type != "cuda" or torch.cuda.is_available():
            torch.ones(1, device=chosen).sum().item()  # `meta` makes tensors, too, and computes nothing
    except (RuntimeError, AssertionError, ImportError, ValueError) as error:  # as torch says what it was not built for
        reason = str(error).partition("\n")[0].partition(". ")[0].rstrip(".") or type(error).__name__
        raise DeviceError(f"device {device!r} cannot be used: {reason}; use --device cpu") from error
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise DeviceError(f"device {device!r} was requested, but no CUDA device is available; use --device cpu")
    fast_bf16 = torch.cuda.is_bf16_supported(including_emulation=False) if chosen.type == "cuda" else multiplies_bf16()
    otherwise: Precision = "fp16" if chosen.type == "cuda" else "fp32"
    resolved: Precision = ("bf16" if fast_bf16 else otherwise) if precision == "auto" else _precision(precision)
    layout = resolved != "fp32" if channels_last is None else channels_last
    workers = (LOADERS_OF_A_GPU if chosen.type == "cuda" else 0) if num_workers is None else num_workers
    _use_deterministic_algorithms(deterministic)
    return Compute(chosen, resolved, layout, workers, deterministic=deterministic)


_deterministic = False


def _use_deterministic_algorithms(wanted: bool) -> None:
    """Have torch take them, and warn of each operation that has none on the device at hand; or no longer.

    What somebody else asked of torch stays as it is.
    """
    global _deterministic
    if wanted == _deterministic:
        return
    _deterministic = wanted
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when the GPU multiplies its first matrices
    torch.backends.cudnn.deterministic = wanted
    torch.use_deterministic_algorithms(wanted, warn_only=True)


def gpu_algorithms() -> dict[str, Any]:
    """What decides how a GPU of this process rounds: TF32 and cuDNN's choices."""
    return {
        "tf32_convolutions": torch.backends.cudnn.allow_tf32,
        "tf32_matrices": torch.backends.cuda.matmul.allow_tf32,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }


def _precision(name: str) -> Precision:
    for known in get_args(Precision):
        if name == known:
            return cast(Precision, known)
    raise DeviceError(f"precision {name!r} is none of auto, {', '.join(get_args(Precision))}")


def multiplies_bf16() -> bool:
    """Whether this CPU has bfloat16 dot-product or matrix instructions."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def seed_everything(seed: int) -> None:
    """Seed Python, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def processor_name() -> str:
    """The CPU's marketing name where the system tells it."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
