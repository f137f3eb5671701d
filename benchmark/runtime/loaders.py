"""Processes that load the faces of a training, where their number is not set."""

from __future__ import annotations

from typing import Final

LOADERS_OF_A_GPU: Final = 2
"""Beside a GPU, which mostly waits for the process that asks it for work; a CPU has none."""
