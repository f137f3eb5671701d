"""The calibration's pages: every metric under every degradation, as Markdown and HTML, with the curves as SVG."""

from __future__ import annotations

from pathlib import Path

from benchmark.calibration.schema import Calibration, read_calibration
from benchmark.runtime.atomic_files import write_text_atomically
from reports.calibration import markdown as calibration_markdown
from reports.calibration import wording
from reports.calibration.curves import draw_curves
from reports.rendering.html_page import inline, render_page
from reports.rendering.pictures import picture_uri

TITLE = "Calibration of the metrics"


def write_calibration_pages(result: Path, out: Path) -> list[Path]:
    """Write `calibration.md`, `calibration.html` and one `curves-PROTOCOL.svg` per protocol, each file atomically.

    Args:
        result: the `calibration.json`, with its sample sheets beside it.
        out: folder to write to, created where it is missing.

    Returns:
        The files written.

    Raises:
        ResultError: if the result cannot be read.
    """
    calibration = read_calibration(result)
    curves = {name: draw_curves(calibration, name) for name in calibration.protocols}
    samples = {
        name: picture_uri(result.parent / Path(protocol.samples).name)
        for name, protocol in calibration.protocols.items()
    }
    pages = {
        out / "calibration.md": calibration_markdown.render(calibration, TITLE),
        out / "calibration.html": _html(calibration, {name: inline(svg) for name, svg in curves.items()}, samples),
        **{out / f"curves-{name}.svg": svg for name, svg in curves.items()},
    }
    for path, text in pages.items():
        write_text_atomically(path, text)
    return list(pages)


def _html(calibration: Calibration, curves: dict[str, str], samples: dict[str, str | None]) -> str:
    """The whole page: every string of the result escaped, styles and images inline, nothing fetched."""
    return render_page(
        "calibration/calibration.html.j2",
        title=TITLE,
        calibration=calibration,
        curves=curves,
        samples=samples,
        wording=wording,
    )
