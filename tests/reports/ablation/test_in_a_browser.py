"""The ablation's page in a browser: opens from disk in both schemes and widths, unfolds by keyboard, prints."""

from __future__ import annotations

import pytest

from reports.ablation.write import write_ablation
from tests.reports.ablation.test_ablation import CELLS, FULL, a_study, cell, scored, write
from tests.reports.accessibility import check_unfolded
from tests.reports.chromium import opened

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ablation")
    scored(folder, None, 0.8)
    for number, name in enumerate(CELLS):
        scored(folder, name, 0.7 + number / 10)
    cells = [FULL, *(cell(name, changes) for name, changes in CELLS.items())]
    cells.append(cell("lost", {HOSTILE: HOSTILE}, failures={0: HOSTILE}))
    write_ablation(write(folder, a_study(cells=cells)), folder / "out")
    return folder / "out" / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser, page_file, width, scheme):
    with opened(browser, page_file, width=width, scheme=scheme) as page:
        check_unfolded(page)


def test_every_difference_unfolds_by_keyboard(browser, page_file):
    with opened(browser, page_file) as page:
        verdict = page.get_by_text("ebst helps").first
        assert verdict.is_hidden()
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert verdict.is_visible()


def test_a_failed_cell_is_told_harmlessly(browser, page_file):
    with opened(browser, page_file) as page:
        assert page.locator("img").count() == 0
        assert f"painter+lost: seed 0: {HOSTILE}" in page.locator("main").inner_text()
