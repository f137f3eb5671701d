"""Batches of tasks joined: strengths and hints as the parts have them."""

from dataclasses import replace

import numpy as np
import torch

from benchmark.protocols.task_batches import joined
from tests.benchmark.metrics.random_batches import random_batch


def test_a_part_without_strength_has_1() -> None:
    first, second = random_batch(2, seed=1).tasks, random_batch(1, seed=2).tasks
    order = np.array([2, 0, 1])
    assert joined([first, second], order).strength is None
    half = replace(second, strength=torch.tensor([0.5]))
    strength = joined([first, half], order).strength
    assert strength is not None
    assert strength.tolist() == [0.5, 1.0, 1.0]


def test_hints_are_joined_where_every_part_has_them() -> None:
    first, second = random_batch(1, seed=1).tasks, random_batch(1, seed=2).tasks
    told = [replace(part, sketch=part.region.float(), colour=part.target.image) for part in (first, second)]
    both = joined(told, np.array([1, 0]))
    assert both.colour is not None
    assert torch.equal(both.colour[0], second.target.image[0])
    assert joined([told[0], second], np.array([0, 1])).sketch is None
