"""The calibration as GitHub Markdown."""

from __future__ import annotations

from benchmark.calibration.schema import Calibration, ProtocolCalibration
from reports.calibration import wording
from reports.rendering.markdown import line, plain

_STYLES = {"sees": "{}", "blind": "_{}_", "misleads": "**{}**", "missing": "{}"}


def render(calibration: Calibration, title: str) -> str:
    """The whole page; the curves and samples are files beside it."""
    parts = [f"# {plain(title)}", plain(wording.METHOD), _findings(calibration)]
    parts += [_section(calibration, name, protocol) for name, protocol in calibration.protocols.items()]
    lines = [f"- {plain(name)}: {plain(text)}" for name, text in wording.provenance(calibration)]
    return "\n\n".join([*parts, "\n".join(["## Provenance", "", *lines])]) + "\n"


def _findings(calibration: Calibration) -> str:
    lines = ["## Findings", ""]
    for title, sentences in wording.findings(calibration):
        lines.append(f"- {plain(title)}: {plain('; '.join(sentences))}")
    return "\n".join(lines)


def _section(calibration: Calibration, name: str, protocol: ProtocolCalibration) -> str:
    degradations = protocol.degradations
    lines = [f"## {plain(protocol.title)}", "", plain(wording.size_text(name, protocol)), ""]
    lines += _matrix(calibration, protocol)
    lines += ["", *(f"- {_STYLES[name].format(name)}: {meaning}." for name, meaning in wording.LEGEND.items())]
    lines += [f"- {plain(note)}" for note in wording.notes(calibration, protocol)]
    lines += ["", f"![Curves of every metric](curves-{plain(name)}.svg)", ""]
    lines += [line("Degradation", "What is done", "Strengths", "Error (RMS, levels)"), line(*["---"] * 4)]
    for degradation in degradations.values():
        strengths, errors = wording.strengths_text(degradation), wording.errors_text(degradation)
        lines.append(line(*map(plain, (degradation.title, degradation.summary, strengths, errors))))
    lines += ["", f"![The first task under every degradation]({plain(protocol.samples)})"]
    for title, part in wording.parts(name, protocol):
        lines += ["", f"### {plain(title)}", "", plain(wording.size_text(title, part)), ""]
        lines += _matrix(calibration, part)
        if notes := wording.notes(calibration, part):
            lines += ["", *(f"- {plain(note)}" for note in notes)]
    return "\n".join(lines)


def _matrix(calibration: Calibration, protocol: ProtocolCalibration) -> list[str]:
    """A row per metric, with its verdict under every degradation."""
    degradations = protocol.degradations
    lines = [
        line("Metric", *(plain(degradation.title) for degradation in degradations.values())),
        line(*["---"] * (1 + len(degradations))),
    ]
    for metric, found in protocol.metrics.items():
        info = calibration.metrics[metric]
        flag = wording.FLAG if wording.flagged(info, protocol) else ""
        cells = wording.matrix_row(info, found, protocol)
        verdicts = [_STYLES[cell.verdict].format(cell.lines[0]) for cell in cells]
        rest = ["".join(f"<br>{plain(line)}" for line in cell.lines[1:]) for cell in cells]
        lines.append(
            line(plain(wording.metric_name(info)) + flag, *(a + b for a, b in zip(verdicts, rest, strict=True)))
        )
    return lines
