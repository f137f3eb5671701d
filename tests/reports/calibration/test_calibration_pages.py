"""The calibration's pages: escaped, self-contained, the same for the same result, and free of networks."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from benchmark.calibration.schema import (
    AttributeCalibration,
    Calibration,
    Curve,
    DegradationInfo,
    MetricCalibration,
    ProtocolCalibration,
    read_calibration,
    write_calibration,
)
from benchmark.runtime.json_files import ResultError
from reports.calibration.wording import matrix_row
from reports.calibration.write import write_calibration_pages
from tests.places import ROOT
from tests.reports.elements import Elements
from tests.reports.synthetic import METRICS, dataset_facts, judge

HOSTILE = "<img src=x onerror=alert(1)>"
TRICKY = 'a "quoted", <b>bold</b> | piped $x^2$ -- </script></svg><script>alert(2)</script>'
PNG = b"\x89PNG\r\n\x1a\n" + b"not much of a picture"


def curve(*values, verdict="sees", shape="falling", least_n=8):
    return Curve(
        figures=list(values),
        margins=[0.01] * len(values),
        shape=shape,
        verdict=verdict,
        correlation=1,
        correlation_low=0.5,
        correlation_high=1,
        least_n=[least_n] * (len(values) - 1),
    )


def calibration(title="Sharpness", name="blur", reason=None):
    degradations = {
        key: DegradationInfo(title=said, unit=title, summary=title, strengths=[0, 1, 2], errors=[0, 3, 7.5])
        for key, said in (("blur", name), ("noise", "noise"))
    }
    curves = {"blur": curve(0.9, 0.8, 0.7), "noise": curve(0.9, 0.5, 0.7, verdict="misleads", shape="not monotone")}
    protocol = ProtocolCalibration(
        title=title,
        num_tasks=200,
        tasks_sha256="a" * 64,
        rule=title,
        sizes=[4, 8, 100],
        degradations=degradations,
        metrics={
            "seg-accuracy": MetricCalibration(curves=curves),
            "fid": MetricCalibration(curves={}, reason=reason or "no weights"),
        },
        samples="samples-copy.png",
    )
    metrics = {metric: METRICS[metric].model_copy(update={"title": f"{title} {metric}"}) for metric in protocol.metrics}
    return Calibration(
        command=title,
        seed=0,
        draws={"image": 200, "set": 20},
        dataset="rendered-faces",
        dataset_facts=dataset_facts(),
        judges={title: judge()},
        metrics=metrics,
        protocols={"copy": protocol},
        caveats={"seg-accuracy": [f"copy: not monotone under {name}"]},
    )


def test_each_attribute_has_a_matrix_of_its_own(tmp_path):
    found = calibration()
    copy = found.protocols["copy"]
    part = AttributeCalibration(num_tasks=40, sizes=[4, 20], metrics=copy.metrics)
    several = copy.model_copy(update={"attributes": {HOSTILE: part}})
    pages = write(tmp_path, found.model_copy(update={"protocols": {"copy": several}}))
    assert pages["calibration.html"].count('<table class="matrix">') == 2
    assert "copy, &lt;img" in pages["calibration.html"]
    assert "40 tasks; subsamples of 4, 20." in pages["calibration.html"]
    assert "40 tasks; subsamples of 4, 20." in pages["calibration.md"]
    assert not any("onerror" in attributes for _, attributes in Elements(pages["calibration.html"]).found)


def write(folder, found):
    """The pages' texts by file name."""
    write_calibration(folder / "calibration.json", found)
    (folder / "samples-copy.png").write_bytes(PNG)
    return {
        path.name: path.read_text() for path in write_calibration_pages(folder / "calibration.json", folder / "out")
    }


@pytest.mark.parametrize("text", [HOSTILE, TRICKY])
def test_html_escapes_every_string(tmp_path, text):
    page = write(tmp_path, calibration(text, text, text))["calibration.html"]
    elements = Elements(page)
    assert [attributes["src"][:22] for attributes in elements.of("img")] == ["data:image/png;base64,"]
    assert len(elements.of("script")) == len(elements.of("svg")) == 1
    assert elements.of("b") == []
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert text in elements.text
    assert any(text in (attributes.get("data-tip") or "") for attributes in elements.of("td"))


@pytest.mark.parametrize("text", [HOSTILE, TRICKY])
def test_curves_show_names_unchanged_and_have_nothing_but_drawings(tmp_path, text):
    drawing = ElementTree.fromstring(write(tmp_path, calibration(text, text))["curves-copy.svg"])
    kinds = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert kinds <= {
        *("svg", "g", "path", "use", "text", "tspan", "defs", "clipPath", "rect", "style"),
        *("metadata", "RDF", "Work", "type", "format"),
    }
    shown = "".join("".join(element.itertext()) for element in drawing.iter() if element.tag.endswith("}text"))
    assert text.replace(" ", "") in shown.replace(" ", "")


def test_html_fetches_nothing(tmp_path):
    page = write(tmp_path, calibration())["calibration.html"]
    assert not re.search(r"https?://|@import|<link|url\((?!#)", page)


def test_markdown_keeps_its_shape_whatever_names_contain(tmp_path):
    text = write(tmp_path, calibration(TRICKY, TRICKY, TRICKY))["calibration.md"]
    assert "<b>" not in text
    assert "<script" not in text
    matrix = [line for line in text.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in matrix] == [4] * 4 + [5] * 4


def test_a_cell_says_shape_correlation_and_least_number(tmp_path):
    found = calibration()
    protocol = found.protocols["copy"]
    sees, misleads = matrix_row(found.metrics["seg-accuracy"], protocol.metrics["seg-accuracy"], protocol)
    assert (sees.verdict, sees.lines) == ("sees", ("falls", "ρ 1.00", "N 8"))
    assert (misleads.verdict, misleads.lines[0]) == ("misleads", "not monotone")
    assert "1: 0.800 ± 0.010; distinguished from 0 by N 8" in sees.details
    never = MetricCalibration(curves={name: curve(0.9, 0.9, 0.9, least_n=None) for name in protocol.degradations})
    assert matrix_row(found.metrics["seg-accuracy"], never, protocol)[0].lines[2] == "N > 100"
    missing = matrix_row(found.metrics["fid"], protocol.metrics["fid"], protocol)
    assert [(cell.lines, cell.details) for cell in missing] == [(("–",), ("no weights",))] * 2


def test_metrics_shown_too_few_tasks_are_flagged(tmp_path):
    found = calibration()
    protocol = found.protocols["copy"].model_copy(update={"num_tasks": 0})
    text = write(tmp_path, found.model_copy(update={"protocols": {"copy": protocol}}))["calibration.md"]
    assert "Sharpness seg-accuracy ↑†" in text
    assert "Sharpness seg-accuracy (from 1)" in text


def test_a_sheet_that_is_no_png_is_left_out(tmp_path):
    write_calibration(tmp_path / "calibration.json", calibration())
    (tmp_path / "samples-copy.png").write_text(HOSTILE)
    page = write_calibration_pages(tmp_path / "calibration.json", tmp_path)[1].read_text()
    assert Elements(page).of("img") == []


def test_equal_results_give_equal_pages(tmp_path):
    assert write(tmp_path / "a", calibration()) == write(tmp_path / "b", calibration())


def test_the_file_reads_back_whole(tmp_path):
    write_calibration(tmp_path / "calibration.json", calibration())
    assert read_calibration(tmp_path / "calibration.json") == calibration()


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "Invalid JSON"), ('{"schema_version": 2}', "schema_version"), ("\udcff", "utf-8"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, said):
    path = tmp_path / "calibration.json"
    if content is not None:
        path.write_text(content, errors="surrogateescape")
    with pytest.raises(ResultError, match=said) as error:
        read_calibration(path)
    assert str(path) in str(error.value)


def test_pages_need_no_network_library(tmp_path):
    write_calibration(tmp_path / "calibration.json", calibration())
    program = (
        "import sys; from pathlib import Path; from reports.calibration.write import write_calibration_pages; "
        f"write_calibration_pages(Path({str(tmp_path / 'calibration.json')!r}), Path({str(tmp_path)!r})); "
        "assert not {'torch', 'mmengine', 'mmcv'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
