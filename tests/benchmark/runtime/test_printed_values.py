"""Numbers as pages and the terminal print them."""

import pytest

from benchmark.runtime.printed_values import MISSING, decimal, p_value


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, MISSING), (0.0, "<0.001"), (0.000999, "<0.001"), (0.001, "0.001"), (0.0496, "0.050"), (1.0, "1.000")],
)
def test_p_value(value: float | None, text: str) -> None:
    assert p_value(value) == text


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (-0.0004, 3, "", "0.000"),
        (-0.0004, 3, "+", "+0.000"),
        (-0.0006, 3, "", "-0.001"),
        (12.345, 1, "+", "+12.3"),
        (0.5, 0, "", "0"),
    ],
)
def test_a_rounded_value_is_never_a_negative_zero(value: float, decimals: int, sign: str, text: str) -> None:
    assert decimal(value, decimals, sign) == text
