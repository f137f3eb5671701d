"""Pairs of training faces that differ in one attribute, as methods learn from that compare or exchange them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Pairs(NamedTuple):
    """Positions of M pairs in a batch, and the attribute that their faces exchange.

    Attributes:
        first: (M,) of the faces with the attribute.
        second: (M,) of those without it.
        attribute: its number.
    """

    first: Tensor
    second: Tensor
    attribute: int


def draw_pairs(attributes: Tensor) -> Pairs:
    """Draw an attribute in which the faces differ, and M = N // 2 pairs that differ in it.

    The side with fewer than M faces shows some of them more than once. Where no attribute divides the faces, any
    attribute and any pairs are drawn: to exchange what both have alike is a fair lesson too.

    Args:
        attributes: (N, K) in {0, 1}, on the CPU; N at least 2.
    """
    present = attributes.bool()
    differing = (present.any(dim=0) & ~present.all(dim=0)).nonzero().flatten()
    choices = differing if len(differing) else torch.arange(attributes.shape[1])
    attribute = int(choices[torch.randint(len(choices), ())])
    order = torch.randperm(len(attributes))
    count = len(order) // 2
    if not len(differing):
        return Pairs(order[:count], order[count : 2 * count], attribute)
    having = present[order, attribute]
    turns = torch.arange(count)
    first, second = (side[turns % len(side)] for side in (order[having], order[~having]))
    return Pairs(first, second, attribute)
