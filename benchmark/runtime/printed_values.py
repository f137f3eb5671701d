"""How numbers are printed, on pages and in the terminal alike."""

from __future__ import annotations

MISSING = "\N{EN DASH}"
"""Printed where there is no value."""


def decimal(value: float, decimals: int, sign: str = "") -> str:
    """A value rounded to `decimals` digits, never a negative zero; `sign` "+" shows the sign of positive ones too."""
    return f"{round(value, decimals) + 0.0:{sign}.{decimals}f}"  # adding 0.0 makes a rounded -0.0 a plain zero


def p_value(value: float | None) -> str:
    """A p-value with three decimals; `<0.001` has no space, at which a narrow column would break it."""
    if value is None:
        return MISSING
    return "<0.001" if value < 0.001 else f"{value:.3f}"
