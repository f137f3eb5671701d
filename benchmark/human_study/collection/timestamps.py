"""Timestamps: ISO 8601 in UTC, to the millisecond, from the forms in which browsers and survey tools write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from registry.errors import quoted

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES: Final = {
    "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours from UTC of the zones that RFC 5322, section 4.3, gives a name, and of UTC."""
_TURK: Final = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun) (?P<month>[a-z]{3}) (?P<day>\d{1,2}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) (?P<zone>[a-z]{2,4}) (?P<year>\d{4})",
    re.ASCII | re.IGNORECASE,
)
"""Mechanical Turk's: `Tue Mar 05 10:11:12 PST 2019`."""
_FORMS: Final = re.compile(
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2}) (?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d) "
    r"(?P<half>am|pm) (?P<zone>[a-z]{2,4})(?P<offset>[+-]\d{1,2})?(?::(?P<offset_minutes>\d\d))?",
    re.ASCII | re.IGNORECASE,
)
"""Google Forms': `2026/03/07 2:33:51 PM GMT+1`."""
_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)
"""Qualtrics': `2026-03-07 14:33:51`."""
_IN_ZONE: Final = re.compile(rf"(?P<time>{_WITHOUT_ZONE.pattern}) (?P<zone>\S+)", re.ASCII)
"""The same as `in_zone` has it."""
_OFFSET: Final = re.compile(
    r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.ASCII | re.IGNORECASE
)


def to_utc(text: str, *, less_seconds: float = 0.0) -> str:
    """A time as `2026-01-31T12:00:00.000Z`, "" for an empty text.

    Args:
        text: ISO 8601 with `Z` or an offset, as Mechanical Turk or Google Forms write it, or as `in_zone` gives it;
            without a zone, as Qualtrics writes it, nobody can tell the time.
        less_seconds: subtracted from it.

    Raises:
        ValueError: if it is no such time.
    """
    if not text:
        return ""
    try:
        time = _parsed(text).astimezone(UTC) - timedelta(seconds=less_seconds)
    except OverflowError as error:
        raise ValueError(f"started_at {quoted(text)} is out of range") from error
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_zone(text: str, zone: str) -> str:
    """A time with a zone behind it, for `to_utc`; one that names its own, or is none, as it is."""
    return f"{text} {zone}" if _WITHOUT_ZONE.fullmatch(text) else text


def zone_of(name: str) -> tzinfo:
    """The time zone of a name (`Europe/Berlin`, by IANA's data; `PST`) or an offset from UTC (`+01:00`, `UTC-7`).

    Raises:
        ValueError: if there is no such zone.
    """
    wrong = f"time_zone {quoted(name)} is none: write a name such as Europe/Berlin, or an offset such as +01:00"
    if name.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.upper()]))
    try:
        if found := _OFFSET.fullmatch(name):
            offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
            return timezone(offset if found["sign"] == "+" else -offset)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(wrong) from error


def _parsed(text: str) -> datetime:
    for form, read in _FOREIGN.items():
        if found := form.fullmatch(text):
            try:
                return read(found)
            except (KeyError, ValueError) as error:
                raise ValueError(f"started_at {quoted(text)} is no time: {error}") from error
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"started_at {quoted(text)} is not ISO 8601, as 2026-01-31T12:00:00.000Z is") from error
    if time.tzinfo is None:
        raise ValueError(
            f"started_at {quoted(text)} has no time zone; give time_zone in the column map, or write it in UTC "
            "with a Z at the end"
        )
    return time


def _of_turk(found: re.Match[str]) -> datetime:
    month = _MONTHS.index(found["month"].lower()) + 1
    zone = timezone(timedelta(hours=_ZONES[found["zone"].upper()]))
    return _date(found, month, int(found["hour"]), zone)


def _of_forms(found: re.Match[str]) -> datetime:
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "pm" else 0)
    hours = _ZONES[found["zone"].upper()] + int(found["offset"] or 0)
    minutes = int(found["offset_minutes"] or 0) * (-1 if hours < 0 else 1)
    return _date(found, int(found["month"]), hour, timezone(timedelta(hours=hours, minutes=minutes)))


def _of_zone(found: re.Match[str]) -> datetime:
    return datetime.fromisoformat(found["time"]).replace(tzinfo=zone_of(found["zone"]))


def _date(found: re.Match[str], month: int, hour: int, zone: timezone) -> datetime:
    year, day, minute, second = (int(found[name]) for name in ("year", "day", "minute", "second"))
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


_FOREIGN: Final[dict[re.Pattern[str], Callable[[re.Match[str]], datetime]]] = {
    _TURK: _of_turk,
    _FORMS: _of_forms,
    _IN_ZONE: _of_zone,
}
