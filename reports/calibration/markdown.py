"""The calibration as GitHub Markdown."""

from __future__ import annotations

from benchmark.calibration.schema import Calibration, ProtocolCalibration
from reports.calibration import wording as words
from reports.rendering.markdown import line, plain

_STYLES = {"sees": "{}", "blind": "_{}_", "misleads": "**{}**", "missing": "{}"}


def render(calibration: Calibration, title: str) -> str:
    """The whole page; the curves and samples are files beside it."""
    parts = [f"# {plain(title)}", plain(words.METHOD), _findings(calibration)]
    parts += [_section(calibration, name, protocol) for name, protocol in calibration.protocols.items()]
    lines = [f"- {plain(name)}: {plain(facts)}" for name, facts in words.provenance(calibration)]
    return "\n\n".join([*parts, "\n".join(["## Provenance", "", *lines])]) + "\n"


def _findings(calibration: Calibration) -> str:
    lines = ["## Findings", ""]
    for title, sentences in words.findings(calibration):
        lines.append(f"- {plain(title)}: {plain('; '.join(sentences))}")
    return "\n".join(lines)


def _section(calibration: Calibration, name: str, protocol: ProtocolCalibration) -> str:
    degradations = protocol.degradations
    lines = [f"## {plain(protocol.title)}", "", plain(words.size_text(name, protocol)), ""]
    lines += [
        line("Metric", *(plain(each.title) for each in degradations.values())),
        line(*["---"] * (1 + len(degradations))),
    ]
    for metric, found in protocol.metrics.items():
        facts = calibration.metrics[metric]
        flag = words.FLAG if words.flagged(facts, protocol) else ""
        cells = words.matrix_row(facts, found, protocol)
        drawn = [_STYLES[cell.verdict].format(cell.lines[0]) for cell in cells]
        rest = ["".join(f"<br>{plain(line)}" for line in cell.lines[1:]) for cell in cells]
        lines.append(line(plain(words.metric_name(facts)) + flag, *(a + b for a, b in zip(drawn, rest, strict=True))))
    lines += ["", *(f"- {_STYLES[name].format(name)}: {meaning}." for name, meaning in words.LEGEND.items())]
    lines += [f"- {plain(note)}" for note in words.notes(calibration, protocol)]
    lines += ["", f"![Curves of every metric](curves-{plain(name)}.svg)", ""]
    lines += [line("Degradation", "What is done", "Strengths", "Error (RMS, levels)"), line(*["---"] * 4)]
    for each in degradations.values():
        cells_of = (each.title, each.summary, words.strengths_text(each), words.errors_text(each))
        lines.append(line(*(plain(text) for text in cells_of)))
    return "\n".join([*lines, "", f"![The first task under every degradation]({plain(protocol.samples)})"])
