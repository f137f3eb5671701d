"""Moments as answers hold them: ISO 8601 in UTC, to the millisecond, as browsers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def in_utc(text: str, *, less_seconds: float = 0.0) -> str:
    """A moment as `2026-01-31T12:00:00.000Z`, "" for an empty text.

    Args:
        text: ISO 8601 with `Z` or an offset; without one, nobody knows when it was.
        less_seconds: how long before it.

    Raises:
        ValueError: if it is no such moment.
    """
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(f"started_at {text!r} has no time zone; write it in UTC, with a Z at the end")
        moment = moment.astimezone(UTC) - timedelta(seconds=less_seconds)
    except OverflowError as error:
        raise ValueError(f"started_at {text!r} is out of range") from error
    except ValueError as error:
        if "time zone" in str(error):
            raise
        raise ValueError(f"started_at {text!r} is not ISO 8601, as 2026-01-31T12:00:00.000Z is") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
