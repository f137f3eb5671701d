"""Caveats from a calibration for a metric's card: where the metric is blind, coarse, or misleading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmark.calibration.schema import Curve, DegradationInfo, MetricCalibration, ProtocolCalibration
from benchmark.results.schema import MetricInfo


def caveats_of(metrics: Mapping[str, MetricInfo], protocols: Mapping[str, ProtocolCalibration]) -> dict[str, list[str]]:
    """Sentences by metric, protocol by protocol; none for a metric that orders the strengths of all degradations."""
    found: dict[str, list[str]] = {}
    for name, protocol in protocols.items():
        for metric, calibration in protocol.metrics.items():
            for sentence in _sentences(metrics[metric], calibration, protocol):
                found.setdefault(metric, []).append(f"{name}: {sentence}")
    return found


def _sentences(info: MetricInfo, calibration: MetricCalibration, protocol: ProtocolCalibration) -> list[str]:
    titles = {name: degradation.title for name, degradation in protocol.degradations.items()}
    curves = calibration.curves.items()
    blind = [titles[name] for name, curve in curves if curve.verdict == "blind"]
    coarse = [titles[name] for name, curve in curves if curve.verdict == "sees" and curve.hardest_n is None]
    sentences = [f"blind to {', '.join(blind)}"] if blind else []
    if coarse:
        sentences.append(
            f"{max(protocol.sizes)} tasks are too few to order all neighbouring strengths of {', '.join(coarse)}"
        )
    for name, curve in calibration.curves.items():
        if curve.verdict == "misleads":
            sentences.append(_misled(info, curve, protocol.degradations[name]))
    return sentences


def _misled(info: MetricInfo, curve: Curve, degradation: DegradationInfo) -> str:
    how = "not monotone" if curve.shape == "not monotone" else "better the worse the image"
    values = ", ".join(_apart(curve.figures, info.decimals))
    strengths = ", ".join(f"{strength:g}" for strength in degradation.strengths)
    return f"{how} under {degradation.title}: {values} at {strengths} {degradation.unit}"


def _apart(figures: Sequence[float], decimals: int) -> list[str]:
    """The figures as tables have them, with as many more decimals as it takes to show that they differ."""
    texts = [f"{value:.{decimals}f}" for value in figures]
    return texts if len(set(texts)) > 1 or len(set(figures)) == 1 else _apart(figures, decimals + 1)
