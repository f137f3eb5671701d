"""Timestamps as in answers: ISO 8601 in UTC, to the millisecond, as browsers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def to_utc(text: str, *, less_seconds: float = 0.0) -> str:
    """A time as `2026-01-31T12:00:00.000Z`, "" for an empty text.

    Args:
        text: ISO 8601 with `Z` or an offset; without one, the time is unknown.
        less_seconds: subtracted from it.

    Raises:
        ValueError: if it is no such time.
    """
    if not text:
        return ""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise ValueError(f"started_at {text!r} has no time zone; write it in UTC, with a Z at the end")
        time = time.astimezone(UTC) - timedelta(seconds=less_seconds)
    except OverflowError as error:
        raise ValueError(f"started_at {text!r} is out of range") from error
    except ValueError as error:
        if "time zone" in str(error):
            raise
        raise ValueError(f"started_at {text!r} is not ISO 8601, as 2026-01-31T12:00:00.000Z is") from error
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
