"""Times as browsers, crowdsourcing sites and survey tools write them."""

import pytest

from benchmark.human_study.collection.timestamps import in_zone, to_utc, zone_of


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Tue Mar 05 10:11:12 PST 2019", "2019-03-05T18:11:12.000Z"),
        ("Thu Jul 4 23:59:59 PDT 2019", "2019-07-05T06:59:59.000Z"),
        ("sat mar 07 05:53:28 utc 2026", "2026-03-07T05:53:28.000Z"),
        ("2026/03/07 2:33:51 PM GMT+1", "2026-03-07T13:33:51.000Z"),
        ("2026/03/07 12:05:00 AM GMT-3:30", "2026-03-07T03:35:00.000Z"),
        ("2026/12/31 11:00:00 PM GMT+5:30", "2026-12-31T17:30:00.000Z"),
        ("2026/03/07 12:05:00 PM PST", "2026-03-07T20:05:00.000Z"),
        ("2026-03-07T14:33:51+0100", "2026-03-07T13:33:51.000Z"),
        ("2026-03-07 14:33:51.5Z", "2026-03-07T14:33:51.500Z"),
        (in_zone("2026-03-07 14:33:51", "Europe/Berlin"), "2026-03-07T13:33:51.000Z"),
        (in_zone("2026-07-07 14:33:51", "Europe/Berlin"), "2026-07-07T12:33:51.000Z"),
        (in_zone("2026-03-07T14:33:51.25", "+05:30"), "2026-03-07T09:03:51.250Z"),
        (in_zone("2026-03-07 14:33", "UTC-7"), "2026-03-07T21:33:00.000Z"),
        (in_zone("2026-03-07 14:33:51", "PST"), "2026-03-07T22:33:51.000Z"),
        (in_zone("2026-03-07T14:33:51Z", "PST"), "2026-03-07T14:33:51.000Z"),
    ],
)
def test_the_usual_forms(text: str, utc: str) -> None:
    assert to_utc(text) == utc


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-03-07 14:33:51", "has no time zone; give time_zone in the column map"),
        (
            in_zone("2026-03-07 14:33:51", "Mars/Base"),
            "time_zone 'Mars/Base' is none: write a name such as Europe/Berlin",
        ),
        (in_zone("2026-03-07 14:33:51", "+25:99"), "time_zone '+25:99' is none"),
        ("Tue Mar 05 10:11:12 XYZ 2019", "is no time: 'XYZ'"),
        ("Tue Foo 05 10:11:12 PST 2019", "is no time"),
        ("Tue Feb 30 10:11:12 PST 2019", "is no time: day is out of range for month"),
        ("2026/13/07 2:33:51 PM GMT+1", "is no time: month must be in 1..12"),
        ("2026/03/07 2:33:51 PM GMT+99", "is no time"),
        ("3/7/2026 14:33:51", "is not ISO 8601"),
        ("9999/12/31 11:00:00 PM GMT-9", "is out of range"),
        ("x" * 5000, "(5,000 characters) is not ISO 8601"),
    ],
)
def test_what_is_no_time_is_said_to_be_none(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="started_at") as error:
        to_utc(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "name", ["", "Europe", "../../etc/passwd", "/etc/passwd", "a\0b", "Europe/Berlin\n", "x" * 5000]
)
def test_a_zone_that_is_none_is_one_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="is none: write a name such as Europe/Berlin, or an offset such as"):
        zone_of(name)
