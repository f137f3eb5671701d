"""Methods so small that a step takes a blink: those whose steps share batches, and others that are scaled alike."""

from typing import Any, Final

import torch
from torch.nn.utils.spectral_norm import SpectralNorm

from methods.base import FaceEditor, Stage
from registry import METHODS

MASKGAN: Final[dict[str, Any]] = {
    **{"ngf": 4, "ndf": 4, "n_blocks": 1, "n_downsampling": 2, "vae_width": 4, "latent": 8},
    # with a step so long that the edits of an untrained MaskVAE differ
    **{"blender_ngf": 4, "blender_n_blocks": 1, "lambda_inter": 0.01},
}
TINY: Final[dict[str, dict[str, Any]]] = {
    "maskgan": MASKGAN,
    "spade": {"ngf": 2, "hidden": 4, "encoder_ngf": 4, "encoder_size": 32, "latent": 8, "ndf": 4, "init_gain": 1.0},
    "sean": {"ngf": 2, "hidden": 4, "style_length": 8, "encoder_width": 4, "ndf": 4, "init_gain": 1.0},
    "stargan": {"ngf": 4, "ndf": 4, "n_blocks": 1, "d_downsampling": 3},
    "pix2pixhd": {
        **{"ngf": 4, "n_downsampling": 2, "n_blocks": 1, "nef": 4, "n_downsampling_e": 1, "ndf": 4},
        "simultaneous_updates": True,  # as published: images are judged once for both updates
    },
    "fader": {"width": 4, "dropout": 0.0},
    "attgan": {"ngf": 4, "n_downsampling": 3, "ndf": 4, "hidden": 8, "n_critic": 1},
}
STAGES: Final = [
    ("maskgan", "mask_vae"),
    ("maskgan", "dense_mapping"),
    ("maskgan", "editing_behavior"),
    ("spade", "painting"),
    ("sean", "painting"),
    ("stargan", "translation"),
    ("pix2pixhd", "painting"),
]
ALL_STAGES: Final = [*STAGES, ("fader", "fading"), ("attgan", "translation")]
"""Those, a step that clips gradients, and another with a penalty on slopes."""


def tiny(method: str, name: str, size: int = 64) -> tuple[FaceEditor, Stage]:
    """A method from seed 0 that has begun a stage."""
    torch.manual_seed(0)
    model = METHODS.get(method)(size=size, **TINY[method]).train()
    (stage,) = [stage for stage in model.stages() if stage.name == name]
    model.begin_stage(stage)
    _settle(model)
    return model, stage


def _settle(model: torch.nn.Module) -> None:
    """Let the power iterations of spectral norms converge, each pass being one more: parts have more than a batch."""
    for module in model.modules():
        for hook in module._forward_pre_hooks.values():
            if isinstance(hook, SpectralNorm):
                for _ in range(200):
                    hook.compute_weight(module, do_power_iteration=True)
