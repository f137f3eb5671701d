"""What the calibration's pages say in words; plain text, escaped by the renderers."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.calibration.schema import Calibration, Curve, DegradationInfo, MetricCalibration, ProtocolCalibration
from benchmark.results.schema import MetricInfo
from benchmark.runtime.printed_values import MISSING, decimal

FLAG = "†"
SHORT_HASH = 12
SHAPES = {"rising": "rises", "falling": "falls", "insensitive": "blind", "not monotone": "not monotone"}
LEGEND = {
    "sees": "gets worse, and only worse, as the images do",
    "blind": "does not change beyond what another draw of tasks would change",
    "misleads": "gets better as the images get worse, or goes both ways",
}
METHOD = (
    "The true results of the edits are spoilt on purpose, at graded strengths, and scored with the code and the judges "
    "of every run. ρ is Spearman's rank correlation of the strength with how bad the figure says the images are, over "
    "the strengths: 1 is right, -1 is backwards. N is the least number of tasks from which on every two neighbouring "
    "strengths are ordered rightly by 95% of subsamples of the same tasks."
)


@dataclass(frozen=True)
class MatrixCell:
    """A metric under a degradation: its verdict, the lines of the cell, and what stands behind them, a line each."""

    verdict: str
    lines: tuple[str, ...]
    details: tuple[str, ...]


def metric_name(facts: MetricInfo) -> str:
    """A metric with the way in which its figures get better."""
    return f"{facts.title} {'↑' if facts.direction == 'up' else '↓'}"


def flagged(facts: MetricInfo, protocol: ProtocolCalibration) -> bool:
    """Whether there were fewer tasks than the metric is sound for."""
    return protocol.num_tasks < facts.min_n


def matrix_row(facts: MetricInfo, metric: MetricCalibration, protocol: ProtocolCalibration) -> list[MatrixCell]:
    """A metric's cells, a degradation each."""
    if not metric.curves:
        reason = metric.reason or "it has no figure"
        return [MatrixCell("missing", (MISSING,), (reason,)) for _ in protocol.degradations]
    return [_cell(facts, metric.curves[name], each, protocol) for name, each in protocol.degradations.items()]


def _cell(facts: MetricInfo, curve: Curve, degradation: DegradationInfo, protocol: ProtocolCalibration) -> MatrixCell:
    number = str(curve.hardest_n) if curve.hardest_n is not None else f"> {max(protocol.sizes)}"
    rho = MISSING if curve.correlation is None else _signed(curve.correlation)
    lines = (SHAPES[curve.shape], f"ρ {rho}", f"N {number}")
    details = [f"{facts.title} under {degradation.title}"]
    if curve.correlation_low is not None and curve.correlation_high is not None:
        details.append(f"ρ: 95% of halves in {_signed(curve.correlation_low)} to {_signed(curve.correlation_high)}")
    for place, (strength, figure) in enumerate(zip(degradation.strengths, curve.figures, strict=True)):
        least = ""
        if place:
            n = curve.least_n[place - 1]
            least = f"; told from {degradation.strengths[place - 1]:g} by N {n or f'> {max(protocol.sizes)}'}"
        details.append(
            f"{strength:g}: {figure_text(facts, figure)} ± {figure_text(facts, curve.margins[place])}{least}"
        )
    return MatrixCell(curve.verdict, lines, tuple(details))


def figure_text(facts: MetricInfo, figure: float) -> str:
    """A figure with the metric's decimals; never a negative zero."""
    return decimal(figure, facts.decimals)


def strengths_text(degradation: DegradationInfo) -> str:
    """The ladder in words."""
    return f"{', '.join(f'{each:g}' for each in degradation.strengths)} {degradation.unit}"


def errors_text(degradation: DegradationInfo) -> str:
    """How far each strength is from the truth."""
    return ", ".join(f"{each:.1f}" for each in degradation.errors)


def size_text(name: str, protocol: ProtocolCalibration) -> str:
    """How many tasks there were, and which subsamples were tried."""
    tried = ", ".join(str(each) for each in protocol.sizes)
    return f"{name}: {protocol.num_tasks:,} tasks; subsamples of {tried}."


def notes(calibration: Calibration, protocol: ProtocolCalibration) -> list[str]:
    """Why metrics have no figures, and which were shown fewer tasks than they are sound for."""
    facts = calibration.metrics
    lines = [f"{facts[name].title}: {each.reason}" for name, each in protocol.metrics.items() if each.reason]
    few = [
        f"{facts[name].title} (from {facts[name].min_n:,})"
        for name in protocol.metrics
        if flagged(facts[name], protocol)
    ]
    if few:
        lines.append(f"{FLAG} fewer tasks than the metric is sound for: {', '.join(few)}.")
    return lines


def findings(calibration: Calibration) -> list[tuple[str, list[str]]]:
    """Metrics with caveats, by title; those without any last, together."""
    found = [(calibration.metrics[name].title, each) for name, each in calibration.caveats.items()]
    clean = [
        facts.title
        for name, facts in calibration.metrics.items()
        if name not in calibration.caveats and any(each.metrics[name].curves for each in _having(calibration, name))
    ]
    return [*found, *([(", ".join(clean), ["sees every degradation, and orders its strengths"])] if clean else [])]


def _having(calibration: Calibration, metric: str) -> list[ProtocolCalibration]:
    return [each for each in calibration.protocols.values() if metric in each.metrics]


def provenance(calibration: Calibration) -> list[tuple[str, str]]:
    """What decided the figures, as (name, facts)."""
    facts = calibration.dataset_facts
    draws = ", ".join(f"{count} for metrics of {level}s" for level, count in calibration.draws.items())
    lines = [
        ("Command", calibration.command),
        ("Dataset", f"{calibration.dataset}, fingerprint {facts.fingerprint[:SHORT_HASH]}, {facts.size} pixels a side"),
        ("Subsamples", f"{draws}, a size; seed {calibration.seed}"),
    ]
    for protocol in calibration.protocols.values():
        lines.append(
            (
                f"Tasks, {protocol.title}",
                f"{protocol.num_tasks:,}, {protocol.tasks_sha256[:SHORT_HASH]}. {protocol.rule}",
            )
        )
    for role, judge in calibration.judges.items():
        scores = ", ".join(f"{metric} {score:.3f}" for metric, score in judge.scores.items()) or "none recorded"
        lines.append(
            (f"Judge {role}", f"{judge.title}, weights {judge.weights_sha256[:SHORT_HASH]}; own test scores: {scores}")
        )
    return lines


def _signed(value: float) -> str:
    return decimal(value, 2)
