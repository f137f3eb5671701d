"""Loads TorchScript programs, which published networks come as, though torch writes others today."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch


def load_torchscript(path: Path) -> torch.jit.ScriptModule:
    """The program of a file that `torch.jit.save` wrote, on the CPU, in eval mode.

    It is code of its author's, though none of Python's: load only what the user names, or what has a known hash.

    Raises:
        RuntimeError: if the file is no such program; likewise `ValueError`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch advises authors to write another form
        program: torch.jit.ScriptModule = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
    return program.eval()
