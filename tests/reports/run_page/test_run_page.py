"""A run's own page: whole whatever its folder lacks, escaped, and true to its files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images.write import write_png
from benchmark.results.validation_curve import (
    StageCurve,
    ValidationPoint,
    curve_path,
    edits_picture,
    given_picture,
    probe_picture,
    write_stage_curve,
)
from benchmark.runtime.json_files import ResultError
from reports.run_page.loss_curves import MAX_POINTS, read_loss_curves, thin
from reports.run_page.validation_curves import read_validated_stages
from reports.run_page.worst_cases import reference_edits
from reports.run_page.write import write_run_page
from tests.reports.accessibility import serious_faults
from tests.reports.chromium import opened
from tests.reports.elements import Elements
from tests.reports.run_folders import PROTOCOL, run_folder, study
from tests.reports.synthetic import figure, protocol, scored_run

HOSTILE = "<img src=x onerror=alert(1)>"


def record(iteration, stage="painting", **losses):
    return json.dumps({"stage": stage, "iteration": iteration, "of": 100, "seconds": 1.0, "losses": losses})


def complete(folder):
    """A finished run's folder with everything that a run leaves, beside the reference runs."""
    files = dict(
        zip(("real", "source", "target", "oracle", "alpha"), (path for path, _ in study(folder)), strict=False)
    )
    run = files["alpha"].parent
    lines = [record(step, l1=10 / step, adversarial=(-1) ** step) for step in range(1, 101)]
    (run / "progress.jsonl").write_text("\n".join(lines))
    (run / "experiment.yaml").write_text(f"method: alpha\nnote: '{HOSTILE}'\n")
    (run / "provenance.json").write_text(
        json.dumps({"revision": "abc", "versions": {"torch": "2"}, "command": ["run"]})
    )
    Image.new("RGB", (40, 30)).save(run / "samples.png")
    return run


def test_everything_that_a_run_left_is_on_its_page(tmp_path, browser):
    run = complete(tmp_path)
    path = write_run_page(run)
    assert path == run / "report.html"
    with opened(browser, path) as page:
        assert page.locator(".curves svg").count() == 2
        assert "log scale" in page.locator(".curves figure", has_text="l1").inner_text()
        assert "log scale" not in page.locator(".curves figure", has_text="adversarial").inner_text()
        assert page.locator("img.sheet").count() == 1
        assert page.locator("pre").inner_text().startswith("method: alpha")
        assert "versions.torch" in page.locator("section", has_text="Provenance").last.inner_text()
        first = page.locator(".cases").first.locator("figure")
        assert first.count() == 4
        assert first.first.locator(".tile span").all_inner_texts() == ["output", "target", "source", "true edit"]
        figures = [float(each.split(": ")[1].split()[0]) for each in first.locator("figcaption").all_inner_texts()]
        assert figures == sorted(figures)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_prints_and_has_no_serious_fault(tmp_path, browser, width, scheme):
    with opened(browser, write_run_page(complete(tmp_path)), width=width, scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.pdf().startswith(b"%PDF")


def test_axe_finds_no_serious_fault(tmp_path, browser):
    path = write_run_page(complete(tmp_path))
    for scheme in ("light", "dark"):
        # a policy that lets the page run no script would keep axe out as well
        unbound = path.with_name(f"{scheme}.html")
        unbound.write_text(path.read_text().replace("default-src 'none'", "script-src 'unsafe-inline'"))
        with opened(browser, unbound, scheme=scheme) as page:
            assert serious_faults(page) == []


def test_what_is_missing_is_said(tmp_path):
    path, _ = run_folder(tmp_path, "alpha", scores=False, edits=False)
    text = Elements(write_run_page(path.parent).read_text()).text
    assert "no record of its training here" in text
    assert "no sample sheet here" in text
    assert "score file is missing or does not fit" in text
    assert "no experiment.yaml here" in text
    assert "no provenance.json here" in text


def test_a_validation_curve_stands_with_its_faces_and_edits(tmp_path, browser):
    run = complete(tmp_path)
    points = [
        ValidationPoint(iteration=100 * number, figures={"seg-miou": 0.1 * number, "psnr-oracle": None})
        for number in range(1, 21)
    ]
    about = {"faces": "the validation split", "protocol": "style-copy", "num_tasks": 32}
    curve = StageCurve(**about, given=["target", "requested mask"], points=points, kept=900)
    write_stage_curve(run, "painting", curve)
    masks = StageCurve(**about, probe=["mask", HOSTILE], points=[ValidationPoint(iteration=5, figures={"miou": 0.5})])
    write_stage_curve(run, "masks", masks)
    for number in range(1, 21):
        write_png(edits_picture(run, "painting", 100 * number), np.full((4, 8, 3), number, np.uint8))
    write_png(given_picture(run), np.zeros((8, 8, 3), np.uint8))
    write_png(probe_picture(run, "masks"), np.zeros((8, 8, 3), np.uint8))
    with opened(browser, write_run_page(run)) as page:
        section = page.locator("section", has_text="Curves").first
        assert section.locator("svg").count() == 2 + 1 + 1, "a figure that nothing has is no curve"
        assert "0.1 to 2, at last 2" in section.inner_text()
        said = "32 tasks of style-copy on faces of the validation split, never of the test split. "
        assert said + "The networks of iteration 900 were kept." in section.inner_text()
        assert f"Rows: mask, {HOSTILE}." in section.inner_text()
        section.locator("summary").click()
        assert "Rows: target, requested mask." in section.inner_text()
        shown = [
            int(each.split()[-1].replace(",", "")) for each in section.locator("p", has_text="After").all_inner_texts()
        ]
        assert shown == [200, 500, 800, 1100, 1400, 1700, 2000]


def test_a_damaged_validation_curve_is_none(tmp_path):
    path, _ = run_folder(tmp_path, "a", scores=False)
    curve_path(path.parent).parent.mkdir()
    curve_path(path.parent).write_text('{"stages": {"../x": {"faces": "a", "protocol": "b", "num_tasks": 1}}}')
    assert read_validated_stages(path.parent) == {}
    assert "validation" not in Elements(write_run_page(path.parent).read_text()).text


def test_a_reference_method_has_no_curves_and_a_protocol_not_taken_part_in_its_reason(tmp_path):
    reason = "takes part in style-copy only"
    path, _ = run_folder(
        tmp_path,
        "copy-target",
        kind="reference",
        weights_origin="none",
        scores=False,
        protocols={PROTOCOL: protocol({}, reason=reason)},
    )
    text = Elements(write_run_page(path.parent).read_text()).text
    assert "Nothing was trained" in text
    assert reason in text


def test_breakdowns_show_each_class_and_what_has_no_figure(tmp_path):
    parts = {"seg-accuracy": {"skin": 0.91, "hat": None}}
    asked = protocol({"seg-accuracy": figure(0.9)}, breakdown=parts)
    path, _ = run_folder(tmp_path, "a", scores=False, protocols={PROTOCOL: asked})
    page = write_run_page(path.parent).read_text()
    assert "<dt>skin</dt><dd>0.910</dd>" in page
    assert "<dt>hat</dt><dd>–</dd>" in page


def test_figures_by_attribute_stand_with_their_interval_or_reason(tmp_path):
    by_attribute = {
        "Smiling": {"seg-accuracy": figure(0.9, 0.05)},
        "Bald": {"seg-accuracy": figure(None, n=0, reason="it learned no baldness")},
    }
    asked = protocol({"seg-accuracy": figure(0.9)}, attributes=by_attribute)
    path, _ = run_folder(tmp_path, "a", scores=False, protocols={PROTOCOL: asked})
    page = write_run_page(path.parent).read_text()
    assert "<dt>Smiling</dt><dd>0.900 0.850 to 0.950</dd>" in page
    assert "<dt>Bald</dt><dd>– it learned no baldness</dd>" in page
    assert "<dt>mean</dt><dd>0.900 </dd>" in page


def test_a_worst_case_says_its_attribute_where_there_are_several(tmp_path):
    scores = {"seg-accuracy": np.linspace(0.2, 0.9, 8)}
    run = scored_run(tmp_path, "alpha", scores, attributes=("Smiling", "Bald"))
    page = write_run_page(run.path.parent).read_text()
    assert "Task 0: 0.200 <small>Smiling, target face0, source face0</small>" in page
    assert "Task 1: 0.300 <small>Bald, target face0, source face0</small>" in page
    alone = scored_run(tmp_path, "beta", scores)
    assert "<small>target face0, source face0</small>" in write_run_page(alone.path.parent).read_text()


def test_every_string_is_escaped(tmp_path):
    path, _ = run_folder(tmp_path, "evil", title=HOSTILE, preset=HOSTILE, notes={HOSTILE: HOSTILE})
    (path.parent / "experiment.yaml").write_text(HOSTILE)
    (path.parent / "progress.jsonl").write_text(record(1, stage=HOSTILE, **{HOSTILE: 1.0}))
    elements = Elements(write_run_page(path.parent).read_text())
    assert not any("onerror" in attributes for _, attributes in elements.found)
    assert all(image["src"].startswith("data:") for image in elements.of("img"))


def test_a_damaged_result_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(ResultError, match=r"result\.json"):
        write_run_page(tmp_path)


def test_damaged_lines_are_passed_over_and_a_resumed_iteration_counts_once(tmp_path):
    lines = [record(10, l1=4.0), "{half a li", '{"stage": "painting"}', record(20, l1=9.0), record(20, l1=2.0)]
    (tmp_path / "progress.jsonl").write_text("\n".join([*lines, record(15, l1=float("nan")), record(5, l1="4")]))
    (curve,) = read_loss_curves(tmp_path / "progress.jsonl")
    assert (curve.least, curve.most, curve.last, curve.iterations) == (2.0, 4.0, 2.0, 20)
    assert curve.words == "2 to 4, at last 2"


def test_a_loss_that_ended_in_no_number_is_said_to(tmp_path):
    path, _ = run_folder(tmp_path, "a", scores=False)
    lines = [record(10, l1=4.0, color=None), record(20, l1=None, color=None), record(30, l1=float("nan"), color=None)]
    (path.parent / "progress.jsonl").write_text("\n".join(lines))
    text = Elements(write_run_page(path.parent).read_text()).text
    assert "4 to 4, then not finite from iteration 20" in text
    assert "at last" not in text
    l1, color = read_loss_curves(path.parent / "progress.jsonl")
    assert (l1.iterations, color.path, color.words) == (30, "", "not finite from iteration 10")


def test_a_loss_of_one_record_is_drawn_as_a_level(tmp_path):
    (tmp_path / "progress.jsonl").write_text(record(8, l1=4.0))
    (curve,) = read_loss_curves(tmp_path / "progress.jsonl")
    (_, first), (_, last) = (place.split() for place in curve.path.removeprefix("M").split("L"))
    assert first == last, "a path of one point draws nothing"


def test_a_run_folder_just_below_the_root_has_no_reference_runs_beside_it(tmp_path):
    _, made = run_folder(tmp_path, "a", edits=False)
    folder = Path(tmp_path.anchor) / "run"
    assert reference_edits(folder, PROTOCOL, made.protocols[PROTOCOL]) == {}


def test_long_curves_are_thinned_to_means(tmp_path):
    points = [(step, float(step % 2)) for step in range(1, 10 * MAX_POINTS + 1)]
    thinned = thin(points)
    assert len(thinned) == MAX_POINTS
    assert thinned[-1][0] == points[-1][0]
    assert {value for _, value in thinned} == {0.5}
