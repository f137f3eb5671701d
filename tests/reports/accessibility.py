"""Accessibility faults of an open page, as axe-core finds them."""

from __future__ import annotations

from typing import Any

import pytest

axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is missing")


def serious_faults(page: Any) -> list[str]:
    """Each serious or critical fault with the elements that have it."""
    found = axe_module.Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:160] for node in fault['nodes'][:3]]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def check_unfolded(page: Any) -> None:
    """With everything unfolded nothing is cut off, axe finds no serious fault, and the page prints."""
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious_faults(page) == []
    assert page.pdf().startswith(b"%PDF")
