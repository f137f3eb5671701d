"""Steps that share a batch: what each process draws, gathers, sums and normalises is its part of the whole batch's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from methods.layers import whole_batch
from methods.layers.batch_norm import WholeBatchNorm2d
from methods.layers.mean_codes import MeanCodes

SIZE = 2


class Exchange:
    """What threads put beside one another, each waiting for all."""

    def __init__(self) -> None:
        self.barrier = Barrier(SIZE, timeout=30)
        self.shown: list[Tensor | None] = [None] * SIZE

    def all_of(self, rank: int, tensor: Tensor) -> list[Tensor]:
        self.shown[rank] = tensor.clone()
        self.barrier.wait()
        found = [each for each in self.shown if each is not None]
        self.barrier.wait()
        return found


class Thread:
    """One of the threads that share a batch."""

    def __init__(self, rank: int, exchange: Exchange) -> None:
        self.rank, self.size, self.exchange = rank, SIZE, exchange

    def add_up(self, tensor: Tensor) -> None:
        tensor.copy_(torch.stack(self.exchange.all_of(self.rank, tensor.detach())).sum(0))

    def gather(self, tensor: Tensor) -> list[Tensor]:
        return self.exchange.all_of(self.rank, tensor)


def by_all(step: Callable[[int], Any]) -> list[Any]:
    """What a step gives on each thread, by rank."""
    exchange = Exchange()

    def of(rank: int) -> Any:
        with whole_batch.sharing(Thread(rank, exchange)):
            return step(rank)

    with ThreadPoolExecutor(SIZE) as threads:
        return list(threads.map(of, range(SIZE)))


def joined(parts: list[Tensor]) -> Tensor:
    """Rows of all ranks in the order of the whole batch."""
    return torch.stack(parts, 1).flatten(0, 1)


DRAWING = Lock()


def drawn(draw: Callable[[], Tensor]) -> Tensor:
    """A draw from seed 0, whatever other threads draw."""
    with DRAWING:
        torch.manual_seed(0)
        return draw()


def test_each_process_draws_the_whole_batch_and_keeps_its_own_rows() -> None:
    torch.manual_seed(0)
    normal, uniform = torch.randn(6, 5), None
    torch.manual_seed(0)
    uniform = torch.rand(6, 1, 1, 1)
    cpu = torch.device("cpu")
    assert torch.equal(joined(by_all(lambda _: drawn(lambda: whole_batch.randn(3, 5, device=cpu)))), normal)
    assert torch.equal(joined(by_all(lambda _: drawn(lambda: whole_batch.randn_like(torch.zeros(3, 5))))), normal)
    assert torch.equal(joined(by_all(lambda _: drawn(lambda: whole_batch.rand(3, 1, 1, 1, device=cpu)))), uniform)


def test_alone_a_process_has_the_whole_batch() -> None:
    rows = torch.randn(4, 3, requires_grad=True)
    assert whole_batch.whole(4) == 4
    assert whole_batch.own(rows) is rows
    assert whole_batch.gathered(rows) is rows
    assert whole_batch.summed(rows) is rows
    assert whole_batch.total(rows).item() == rows.sum().item()


def test_rows_are_gathered_in_the_order_of_the_whole_batch() -> None:
    rows = torch.arange(12).reshape(6, 2)
    for gathered in by_all(lambda rank: whole_batch.gathered(rows[rank::SIZE])):
        assert torch.equal(gathered, rows)
    assert joined(by_all(lambda _: whole_batch.own(rows))).tolist() == rows.tolist()


def test_a_sum_over_faces_is_as_large_after_averaging() -> None:
    values = torch.randn(6, 4)
    parts = by_all(lambda rank: whole_batch.total(values[rank::SIZE]))
    torch.testing.assert_close(torch.stack(parts).mean(), values.sum())
    with whole_batch.on_part(1, 3):
        assert whole_batch.is_last_part() is False
        torch.testing.assert_close(whole_batch.total(values[2:4]), 3 * values[2:4].sum())


@pytest.mark.parametrize("mean", [1.0, 100.0])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_is_that_of_the_whole_batch_with_its_gradients_and_running_statistics(
    affine: bool, layout: torch.memory_format, mean: float
) -> None:
    features, weights = torch.randn(6, 3, 4, 4) * 3 + mean, torch.randn(6, 3, 4, 4)
    features = features.contiguous(memory_format=layout)
    plain = nn.BatchNorm2d(3, affine=affine)
    inputs = features.clone().requires_grad_()
    expected = plain(inputs)
    (expected * weights).mean().backward()
    norms = [WholeBatchNorm2d(3, affine=affine) for _ in range(SIZE)]
    shares = [features[rank::SIZE].clone().requires_grad_() for rank in range(SIZE)]

    def step(rank: int) -> Tensor:
        normalised = norms[rank](shares[rank])
        (normalised * weights[rank::SIZE]).mean().backward()
        return normalised.detach()

    torch.testing.assert_close(joined(by_all(step)), expected.detach())
    # a process's loss is the mean over its own faces: half as many count, so each counts twice
    gradients = joined([share.grad for share in shares if share.grad is not None])
    assert inputs.grad is not None
    torch.testing.assert_close(gradients / SIZE, inputs.grad)
    for norm in norms:
        for name, tensor in plain.state_dict().items():
            if name not in ("weight", "bias"):
                torch.testing.assert_close(norm.state_dict()[name], tensor)
    if affine:
        averaged = torch.stack([norm.weight.grad for norm in norms if norm.weight.grad is not None]).mean(0)
        torch.testing.assert_close(averaged, plain.weight.grad)


def test_batch_norm_in_eval_mode_or_alone_is_the_plain_one() -> None:
    features = torch.randn(4, 3, 2, 2)
    plain, whole = nn.BatchNorm2d(3), WholeBatchNorm2d(3)
    assert torch.equal(plain(features), whole(features))
    plain.eval()
    whole.eval()
    for normalised in by_all(lambda _: whole(features)):
        assert torch.equal(normalised, plain(features))


def test_mean_codes_follow_the_whole_batch() -> None:
    codes = torch.randn(6, 19, 3) * (torch.rand(6, 19, 1) < 0.6)
    alone = MeanCodes(3)
    expected = alone(codes)
    shared = [MeanCodes(3) for _ in range(SIZE)]
    torch.testing.assert_close(joined(by_all(lambda rank: shared[rank](codes[rank::SIZE]))), expected)
    for each in shared:
        torch.testing.assert_close(each.state_dict(), alone.state_dict())
