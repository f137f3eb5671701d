"""Which precision and layout "auto" takes on a device, and what autocast runs in."""

from __future__ import annotations

import pytest
import torch

from benchmark.runtime.device import DeviceError, choose_compute

CONVOLUTION = torch.nn.Conv2d(3, 2, 1)


@pytest.mark.parametrize(("multiplied", "precision"), [(True, "bf16"), (False, "fp16")])
def test_a_gpu_takes_float16_where_it_does_not_multiply_bfloat16(
    monkeypatch: pytest.MonkeyPatch, multiplied: bool, precision: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: multiplied)
    ones = torch.ones
    monkeypatch.setattr(torch, "ones", lambda *size, device: ones(*size))  # this machine may have no GPU
    chosen = choose_compute("cuda")
    assert (chosen.precision, chosen.channels_last) == (precision, True)
    assert chosen.described == f"cuda {precision} channels-last"
    assert choose_compute("cuda", "fp32").channels_last is False


@pytest.mark.parametrize(("multiplied", "precision"), [(True, "bf16"), (False, "fp32")])
def test_a_cpu_never_takes_float16_by_itself(monkeypatch: pytest.MonkeyPatch, multiplied: bool, precision: str) -> None:
    monkeypatch.setattr("benchmark.runtime.device.multiplies_bf16", lambda: multiplied)
    assert choose_compute("cpu").precision == precision


@pytest.mark.parametrize(
    ("precision", "dtype"), [("bf16", torch.bfloat16), ("fp16", torch.float16), ("fp32", torch.float32)]
)
def test_a_pass_runs_in_the_precision_that_was_asked_for(precision: str, dtype: torch.dtype) -> None:
    compute = choose_compute("cpu", precision)
    with compute.autocast():
        assert CONVOLUTION(torch.zeros(1, 3, 4, 4)).dtype == dtype
    with pytest.raises(DeviceError, match="precision 'fp8' is none of auto, bf16, fp16, fp32"):
        choose_compute("cpu", "fp8")
