"""The gallery as a reader uses it: Chromium opens it from disk, and mouse and keyboard work it."""

import numpy as np
import pytest

from benchmark.runtime.progress import Reporter
from reports.gallery.write import write_gallery
from tests.reports.accessibility import serious_faults
from tests.reports.chromium import opened
from tests.reports.gallery.gallery_runs import PROTOCOL, TASKS, edited_run, gallery_runs, scores_of
from tests.reports.hostile import NAME, NOTE
from tests.reports.synthetic import METRICS, facts

TABLE = f"#table=rendered-faces%2F{PROTOCOL}"
QUIET = Reporter(quiet=True)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    return write_gallery(gallery_runs(folder / "runs"), folder / "out", QUIET)


def tasks(page):
    """The numbers of the tasks in the page, once every row has its pictures."""
    page.wait_for_selector(".wall[aria-busy=false]")
    page.wait_for_function("() => [...document.querySelectorAll('.wall td')].every((cell) => cell.childElementCount)")
    return [int(text.split()[1]) for text in page.locator(".wall tbody a").all_inner_texts()]


def said(page, text):
    page.wait_for_function("(text) => document.getElementById('found').textContent.includes(text)", arg=text)


def choose(page, **values):
    for name, label in values.items():
        page.locator(f"#choices [name={name}]").select_option(label=label)


def test_only_what_is_seen_is_loaded_and_in_the_page(browser, page_file):
    with opened(browser, page_file) as page:
        said(page, "600 of 600 tasks")
        assert tasks(page)[:4] == [0, 1, 2, 3]
        assert page.locator(".wall tbody tr").count() < 20
        assert page.evaluate("[...contents.keys()].sort().join()") == "0/metric-0-0,0/tasks-0"
        page.locator(".wall").evaluate("wall => { wall.scrollTop = wall.scrollHeight; }")
        page.wait_for_function("() => document.querySelector('.wall tbody').textContent.includes('Task 599')")
        assert tasks(page)[-1] == TASKS - 1
        assert page.locator(".wall tbody tr").count() < 20
        assert page.locator("a", has_text="Task 599").is_visible()
        assert page.evaluate("contents.has('0/tasks-1')") is False
        assert page.locator(".wall img").last.evaluate("image => image.decode().then(() => image.naturalWidth)") == 8


def test_orders_are_those_of_the_figures(browser, page_file):
    accuracy, color = scores_of("beta")["seg-accuracy"], scores_of("beta")["style-color"]
    with opened(browser, page_file) as page:
        choose(page, order="worst first", method="Beta")
        said(page, "worst of Beta by Pixel accuracy first")
        assert tasks(page)[:5] == np.argsort(accuracy)[:5].tolist()
        first = page.locator(".wall tbody tr[aria-rowindex='2'] td small").all_inner_texts()
        assert first[3] == f"{accuracy.min():.3f}"
        choose(page, metric="Style colour ↓")
        said(page, "worst of Beta by Style colour first")
        assert tasks(page)[:5] == np.argsort(-color)[:5].tolist()
        choose(page, order="best first")
        said(page, "best of Beta by Style colour first")
        assert tasks(page)[:5] == np.argsort(color)[:5].tolist()


def test_tasks_on_which_the_shown_methods_disagree_come_first(browser, page_file):
    figures = {method: scores_of(method)["seg-accuracy"] for method in ("oracle", "alpha", "beta")}
    with opened(browser, page_file) as page:
        choose(page, order="methods disagree most")
        said(page, "on which 2 methods differ most in Pixel accuracy")
        spread = np.abs(figures["alpha"] - figures["beta"])
        assert tasks(page)[:5] == np.argsort(-spread)[:5].tolist()
        assert f"differ by {spread.max():.3f}" in page.locator(".wall tbody th").first.inner_text()
        page.locator("details.methods summary").click()
        page.get_by_role("checkbox", name="Alpha").uncheck()
        said(page, "0 of 600 tasks, as two methods with figures must be shown to disagree")


def test_filters_leave_the_tasks_that_match(browser, page_file):
    with opened(browser, page_file) as page:
        choose(page, **{"request-0": "Eyeglasses"})
        said(page, "300 of 600 tasks")
        assert {number % 2 for number in tasks(page)} == {0} or {number % 2 for number in tasks(page)} == {1}
        assert page.locator(".wall tbody th", has_text="Smiling").count() == 0
        choose(page, by="Male", value="not Male")
        said(page, "150 of 600 tasks")
        assert {number // 2 % 2 for number in tasks(page)} == {1}
        choose(page, by="pose", value="far turned, yaw 30° or more", **{"request-0": "any"})
        said(page, "300 of 600 tasks")
        assert all(number // 2 % 60 >= 30 for number in tasks(page))


def test_a_method_can_be_hidden(browser, page_file):
    with opened(browser, page_file) as page:
        said(page, "600 of 600 tasks")
        page.locator("details.methods summary").click()
        page.get_by_role("checkbox", name="Beta").uncheck()
        assert page.locator("details.methods summary").inner_text() == "3 of 4 methods are shown"
        page.wait_for_function("() => document.querySelectorAll('.wall thead th').length === 4")


def test_a_link_opens_its_task_and_the_keyboard_goes_on_from_there(browser, page_file):
    with opened(browser, page_file) as page:
        said(page, "600 of 600 tasks")
        page.evaluate(f"location.hash = '{TABLE}&task=417'")
        dialog = page.locator("dialog")
        dialog.wait_for()
        assert dialog.locator("h2").inner_text() == "Task 417"
        tile = dialog.locator("figure", has_text="Alpha")
        expected = {name: scores_of("alpha")[name][417] for name in ("seg-accuracy", "style-color")}
        assert f"{expected['seg-accuracy']:.3f}" in tile.inner_text()
        assert f"{expected['style-color']:.1f} ΔE" in tile.inner_text()
        assert tile.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 8
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => document.querySelector('dialog h2').textContent === 'Task 418'")
        assert page.url.endswith(f"{TABLE}&task=418")
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        page.wait_for_function("() => document.activeElement.textContent === 'Task 418'")
        page.keyboard.press("ArrowDown")
        assert page.locator(":focus").inner_text() == "Task 419"
        assert page.locator(":focus").is_visible()
        page.keyboard.press("Enter")
        dialog.wait_for()
        assert dialog.locator("h2").inner_text() == "Task 419"


def test_a_link_to_nothing_is_said(browser, page_file):
    with opened(browser, page_file) as page:
        page.evaluate(f"location.hash = '{TABLE}&task=600'")
        said(page, "There is no task 600 in this table.")
        page.evaluate("location.hash = '#table=other'")
        said(page, "There is no table other in this gallery.")


def test_a_part_that_is_gone_is_said(browser, page_file, tmp_path):
    runs = [edited_run(tmp_path / "runs", method, 4) for method in ("alpha", "beta")]
    path = write_gallery(runs, tmp_path / "out", QUIET)
    (gone,) = path.parent.rglob("metric-1-0.js")
    page = browser.new_page()
    page.goto(path.as_uri())
    said(page, "4 of 4 tasks")
    gone.unlink()
    choose(page, metric="Style colour ↓", order="worst first")
    said(page, "metric-1-0.js is not beside this page. Reload it, or write the gallery again.")
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_cut_off_and_axe_finds_no_serious_fault(browser, page_file, width, scheme):
    with opened(browser, page_file, width=width, scheme=scheme) as page:
        said(page, "600 of 600 tasks")
        page.locator("details.methods summary").click()
        choose(page, by="Male")
        tasks(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_faults(page) == []
        page.evaluate(f"location.hash = '{TABLE}&task=3'")
        page.locator("dialog").wait_for()
        assert page.locator("dialog").evaluate("box => box.scrollWidth <= box.clientWidth")
        assert serious_faults(page) == []


def test_no_name_can_run_code(browser, tmp_path):
    hostile = METRICS | {"seg-accuracy": facts(NAME), "style-color": facts("</script><script>alert(2)</script>")}
    runs = [
        edited_run(
            tmp_path / "runs",
            "alpha",
            4,
            title=NAME,
            variant="</script><script>alert(3)</script>",
            preset=NOTE,
            metrics=hostile,
        ),
        edited_run(tmp_path / "runs", "beta", 4, title=NOTE, metrics=hostile),
    ]
    with opened(browser, write_gallery(runs, tmp_path / "out", QUIET)) as page:
        said(page, "4 of 4 tasks")
        page.locator("details.methods summary").click()
        page.locator(".wall tbody a").first.click()
        page.locator("dialog").wait_for()
        assert NAME in page.locator("dialog").inner_text()
        assert page.locator("img[src='x']").count() == 0
