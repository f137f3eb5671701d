"""Runs a network on shares of a batch at once, one CPU core each."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import torch
from torch import Tensor

AT_ONCE: Final = 32
"""Images in one pass: more gain nothing on a CPU, and take memory."""


def in_streams(network: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """`network(inputs)` for a network that treats every image by itself.

    Threads that share the work of a layer wait for one another at its end, ninety times in a pass, and longer where
    another process holds a core; threads that have images of their own wait once.

    Args:
        network: called in inference mode.
        inputs: (N, ...), N at least 1.
    """
    threads = torch.get_num_threads()
    if inputs.device.type != "cpu" or threads == 1:
        return _in_parts(network, inputs)

    def run(share: Tensor) -> Tensor:
        torch.set_num_threads(1)
        return _in_parts(network, share)

    try:
        with ThreadPoolExecutor(threads) as streams:
            return torch.cat(list(streams.map(run, torch.chunk(inputs, threads))))
    finally:
        torch.set_num_threads(threads)  # the libraries below keep one number for all of the process's threads


@torch.inference_mode()
def _in_parts(network: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    return torch.cat([network(part) for part in torch.split(inputs, AT_ONCE)])
