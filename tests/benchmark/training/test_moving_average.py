"""The moving average of a network's parameters equals mmengine's to the bit."""

import copy

import torch
from mmengine.model import MomentumAnnealingEMA
from torch import nn

from benchmark.training.hooks import MovingAverage


def test_it_follows_as_mmengines_average_does() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Conv2d(5, 2, 1).to(memory_format=torch.channels_last)
    )
    ours, theirs = (
        kind(copy.deepcopy(network), momentum=0.05, gamma=10) for kind in (MovingAverage, MomentumAnnealingEMA)
    )
    for _ in range(250):  # past the warm-up, where the rate is the momentum itself
        for parameter in network.parameters():
            parameter.data.add_(torch.randn_like(parameter))
        network(torch.randn(2, 3, 4, 4))
        ours.update_parameters(network)
        theirs.update_parameters(network)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for key, value in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[key], value), key
    assert not torch.equal(ours.module[0].weight, network[0].weight)
