"""The browser that the tests of pages share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def browser():
    """Chromium; its tests skip where playwright or it is missing."""
    from tests.reports.chromium import launched

    with launched() as found:
        yield found
