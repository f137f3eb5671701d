"""The plot of curves over strength, in a browser."""

from reports.leaderboard.write import write_leaderboard
from tests.benchmark.tables.test_by_strength import scored
from tests.reports.chromium import opened
from tests.reports.synthetic import runs


def test_the_plot_has_a_curve_of_every_method(browser, tmp_path):
    figures = runs(scored((0.9, 0.7, 0.4)), scored((0.6, None, 0.6), method="copy", kind="reference"))
    write_leaderboard(figures, tmp_path, formats=["html"])
    with opened(browser, tmp_path / "leaderboard.html") as page:
        plot = page.locator(".over-strength")
        assert plot.locator("polyline.curve").count() == 2
        assert plot.locator("circle").count() == 5
        assert set(plot.locator("text.label").all_text_contents()) == {"Alpha", "Copy"}
        plot.locator("circle").last.focus()
        assert "strength 2: 0.400, 95% interval 0.350 to 0.450" in page.locator("#tip").inner_text()
        plot.locator("select[name=across]").select_option("seg-accuracy")
        assert "Pixel accuracy over Pixel accuracy" in plot.locator("svg").get_attribute("aria-label")
        plot.locator("circle").last.focus()
        assert "Pixel accuracy 0.400" in page.locator("#tip").inner_text()
