"""What a calibration has to say on a metric's card: where it is blind, coarse, or misleads."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.calibration.schema import Curve, DegradationInfo, MetricCalibration, ProtocolCalibration
from benchmark.results.schema import MetricInfo


def caveats_of(facts: Mapping[str, MetricInfo], protocols: Mapping[str, ProtocolCalibration]) -> dict[str, list[str]]:
    """Sentences by metric, of every protocol in turn; no entry for a metric that orders every ladder."""
    found: dict[str, list[str]] = {}
    for name, protocol in protocols.items():
        for metric, calibration in protocol.metrics.items():
            for sentence in _sentences(facts[metric], calibration, protocol):
                found.setdefault(metric, []).append(f"{name}: {sentence}")
    return found


def _sentences(facts: MetricInfo, calibration: MetricCalibration, protocol: ProtocolCalibration) -> list[str]:
    titles = {name: each.title for name, each in protocol.degradations.items()}
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
            sentences.append(_misled(facts, curve, protocol.degradations[name]))
    return sentences


def _misled(facts: MetricInfo, curve: Curve, degradation: DegradationInfo) -> str:
    how = "not monotone" if curve.shape == "not monotone" else "better the worse the image"
    figures = ", ".join(f"{each:.{facts.decimals}f}" for each in curve.figures)
    strengths = ", ".join(f"{each:g}" for each in degradation.strengths)
    return f"{how} under {degradation.title}: {figures} at {strengths} {degradation.unit}"
