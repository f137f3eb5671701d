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
    "The true results of the edits are degraded on purpose, at graded strengths, and scored with the code and judges "
    "of every run. ρ is Spearman's rank correlation of the strength with how bad the metric says the images are, over "
    "the strengths: 1 is right, -1 is backwards. N is the least number of tasks from which on every two neighbouring "
    "strengths are ordered correctly by 95% of subsamples of the same tasks."
)


@dataclass(frozen=True)
class MatrixCell:
    """A metric under a degradation: its verdict, the lines of the cell, and the lines of its details."""

    verdict: str
    lines: tuple[str, ...]
    details: tuple[str, ...]


def metric_name(info: MetricInfo) -> str:
    """A metric's title with the direction of better values."""
    return f"{info.title} {'↑' if info.direction == 'up' else '↓'}"


def flagged(info: MetricInfo, protocol: ProtocolCalibration) -> bool:
    """Whether there were fewer tasks than the metric needs."""
    return protocol.num_tasks < info.min_n


def matrix_row(info: MetricInfo, metric: MetricCalibration, protocol: ProtocolCalibration) -> list[MatrixCell]:
    """A metric's cells, one per degradation."""
    if not metric.curves:
        reason = metric.reason or "it has no value"
        return [MatrixCell("missing", (MISSING,), (reason,)) for _ in protocol.degradations]
    return [
        _cell(info, metric.curves[name], degradation, protocol) for name, degradation in protocol.degradations.items()
    ]


def _cell(info: MetricInfo, curve: Curve, degradation: DegradationInfo, protocol: ProtocolCalibration) -> MatrixCell:
    number = str(curve.hardest_n) if curve.hardest_n is not None else f"> {max(protocol.sizes)}"
    rho = MISSING if curve.correlation is None else _signed(curve.correlation)
    lines = (SHAPES[curve.shape], f"ρ {rho}", f"N {number}")
    details = [f"{info.title} under {degradation.title}"]
    if curve.correlation_low is not None and curve.correlation_high is not None:
        details.append(f"ρ: 95% of halves in {_signed(curve.correlation_low)} to {_signed(curve.correlation_high)}")
    for level, (strength, value) in enumerate(zip(degradation.strengths, curve.figures, strict=True)):
        least = ""
        if level:
            n = curve.least_n[level - 1]
            least = f"; distinguished from {degradation.strengths[level - 1]:g} by N {n or f'> {max(protocol.sizes)}'}"
        details.append(f"{strength:g}: {value_text(info, value)} ± {value_text(info, curve.margins[level])}{least}")
    return MatrixCell(curve.verdict, lines, tuple(details))


def value_text(info: MetricInfo, value: float) -> str:
    """A value with the metric's decimals; never a negative zero."""
    return decimal(value, info.decimals)


def strengths_text(degradation: DegradationInfo) -> str:
    """The strengths and their unit."""
    return f"{', '.join(f'{strength:g}' for strength in degradation.strengths)} {degradation.unit}"


def errors_text(degradation: DegradationInfo) -> str:
    """Error at every strength against the true edits."""
    return ", ".join(f"{error:.1f}" for error in degradation.errors)


def size_text(name: str, protocol: ProtocolCalibration) -> str:
    """How many tasks there were, and which subsamples were tried."""
    sizes = ", ".join(str(size) for size in protocol.sizes)
    return f"{name}: {protocol.num_tasks:,} tasks; subsamples of {sizes}."


def parts(name: str, protocol: ProtocolCalibration) -> list[tuple[str, ProtocolCalibration]]:
    """The calibrations on the tasks of one attribute, with their titles; none where tasks transfer one at most."""
    return [(f"{name}, {attribute}", protocol.of_attribute(attribute)) for attribute in protocol.attributes]


def notes(calibration: Calibration, protocol: ProtocolCalibration) -> list[str]:
    """Why metrics have no values, and which had fewer tasks than they need."""
    info = calibration.metrics
    lines = [f"{info[name].title}: {metric.reason}" for name, metric in protocol.metrics.items() if metric.reason]
    few = [
        f"{info[name].title} (from {info[name].min_n:,})" for name in protocol.metrics if flagged(info[name], protocol)
    ]
    if few:
        lines.append(f"{FLAG} fewer tasks than the metric needs: {'; '.join(few)}.")
    return lines


def findings(calibration: Calibration) -> list[tuple[str, list[str]]]:
    """Metrics with caveats, by title; those without any last, together."""
    found = [(calibration.metrics[name].title, sentences) for name, sentences in calibration.caveats.items()]
    clean = [
        info.title
        for name, info in calibration.metrics.items()
        if name not in calibration.caveats
        and any(protocol.metrics[name].curves for protocol in _protocols_with(calibration, name))
    ]
    return [*found, *([("; ".join(clean), ["sees every degradation, and orders its strengths"])] if clean else [])]


def _protocols_with(calibration: Calibration, metric: str) -> list[ProtocolCalibration]:
    return [protocol for protocol in calibration.protocols.values() if metric in protocol.metrics]


def provenance(calibration: Calibration) -> list[tuple[str, str]]:
    """What decided the values, as (name, text)."""
    dataset = calibration.dataset_facts
    draws = ", ".join(f"{count} for metrics of {level}s" for level, count in calibration.draws.items())
    lines = [
        ("Command", calibration.command),
        (
            "Dataset",
            f"{calibration.dataset}, fingerprint {dataset.fingerprint[:SHORT_HASH]}, {dataset.size} pixels square",
        ),
        ("Subsamples", f"{draws}, per size; seed {calibration.seed}"),
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
        facts = f"{judge.title}, weights {judge.weights_sha256[:SHORT_HASH]}; own test scores: {scores}"
        lines.append((f"Judge {role}", f"{facts}. Caution: {judge.caution}" if judge.caution else facts))
    return lines


def _signed(value: float) -> str:
    return decimal(value, 2)
