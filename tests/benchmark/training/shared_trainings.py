"""A program that trains one method for a few steps in all processes of its launcher, and writes down every loss.

Its words: the method, the folder of the training, that of the faces, the step in which the last process hears a Ctrl-C,
0 for none, parts of each batch, whether it hears it before that step instead, while the processes ask each other, and
whether all is computed in float64, from the method's own start and at its published rates.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch

from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.runtime.device import Compute, seed_everything
from benchmark.runtime.processes import Processes, joined
from benchmark.runtime.progress import Reporter
from benchmark.training import progress_hook
from benchmark.training.follow_training import follow_training
from benchmark.training.train import train
from methods import base
from methods.base import FaceBatch
from methods.layers import whole_batch
from registry import METHODS

STEPS: Final = 20
SIDES: Final = {"stargan": 32}
SLOW: Final = {"lr": 2e-5, "d_lr": 2e-5}
"""Rates at which rounding does not grow: at the published ones Adam, whose first updates are as large however small the
gradient, makes much of the last digit of gradients that are 0 but for rounding."""
GAN: Final[dict[str, Any]] = {"ndf": 4, "iterations": STEPS, "batch_size": 4, **SLOW}
STRONG: Final = {"init_gain": 1.0, "ema_decay": 0.9}
"""Signals that do not fade in the first layers, where norms would make as much of their rounding."""
MASKGAN_STAGES: Final = ("mask_vae", "dense_mapping", "editing_behavior")
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "stargan": {"ngf": 4, "ndf": 4, "n_blocks": 1, "d_downsampling": 3, "iterations": STEPS, "batch_size": 4},
    "spade": {"ngf": 2, "hidden": 4, "encoder_ngf": 4, "encoder_size": 32, "latent": 8, **STRONG, **GAN},
    "sean": {"ngf": 2, "hidden": 4, "style_length": 8, "encoder_width": 4, **STRONG, **GAN},
    "maskgan": {
        **{"ngf": 4, "ndf": 4, "n_blocks": 1, "n_downsampling": 2, "vae_width": 4, "latent": 8},
        **{"blender_ngf": 4, "blender_n_blocks": 1},
        **{f"{stage}_iterations": STEPS for stage in MASKGAN_STAGES},
        **{f"{stage}_batch_size": 4 for stage in MASKGAN_STAGES},
        **{f"{stage}_lr": 2e-5 for stage in MASKGAN_STAGES},
    },
    "pix2pixhd": {"ngf": 4, "ndf": 4, "iterations": STEPS, "batch_size": 4},
}
NOT_AS_PUBLISHED: Final = ("lr", "d_lr", *STRONG, *(f"{stage}_lr" for stage in MASKGAN_STAGES))


def main(
    method: str,
    folder: Path,
    faces: Path,
    stop_in: int = 0,
    accumulate: int = 1,
    meeting: int = 0,
    in_float64: int = 0,
) -> None:
    """Train the method, or help to."""
    torch.set_num_threads(1)
    options = OPTIONS[method]
    if in_float64:
        options = {name: value for name, value in options.items() if name not in NOT_AS_PUBLISHED}
        compute_in_float64()
    progress_hook.ProgressHook.__init__.__defaults__ = (1,)  # every step's losses
    size = SIDES.get(method, 64)
    with joined() as processes:
        dataset = RenderedFaces(None, size, faces, train=12, val=1, test=1)
        seed_everything(processes.rank)  # the others' weights are the first one's
        model = METHODS.get(method)(size=size, **options)
        if in_float64:
            take_in_float64(model)
        if stop_in and processes.rank == processes.size - 1:
            interrupt(stop_in, *((Processes, "add_up") if meeting else (model, "train_step")))
        compute = Compute(torch.device("cpu"), "fp32", channels_last=False)
        given: dict[str, Any] = {"seed": 0, "compute": compute, "processes": processes, "title": method}
        given["accumulate"] = accumulate
        if processes.rank:
            follow_training(model, dataset, **given)
        else:
            train(model, dataset, folder, reporter=Reporter(quiet=True), **given)


def compute_in_float64() -> None:
    """Let all networks and losses compute in float64, those too that ask for float32."""
    torch.set_default_dtype(torch.float64)
    torch.Tensor.float = torch.Tensor.double
    base.one_hot.__defaults__ = (torch.float64,)
    whole_batch.randn.__kwdefaults__["dtype"] = torch.float64


def take_in_float64(model: Any) -> None:
    """Let a model's steps take faces in float64."""
    step = model.train_step

    def taken(batch: FaceBatch, *given: Any) -> Any:
        return step(replace(batch, image=batch.image.double(), attributes=batch.attributes.double()), *given)

    model.train_step = taken


def interrupt(number: int, owner: Any, name: str) -> None:
    """Send this process a Ctrl-C in a step, or in the meeting before it, by the number of its call."""
    call, done = getattr(owner, name), 0

    def counted(*given: Any) -> Any:
        nonlocal done
        # processes ask to stop by a list of float64; batch norms add up tables of it
        counts = owner is not Processes or (given[-1].dtype == torch.float64 and given[-1].ndim == 1)
        done += counts
        if counts and done == number:
            os.kill(os.getpid(), signal.SIGINT)
        return call(*given)

    setattr(owner, name, counted)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
