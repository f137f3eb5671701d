"""Benchmarks, which no other test runs whole, find what they measure."""

from importlib import import_module

from tests.places import ROOT


def test_every_benchmark_can_be_started() -> None:
    paths = sorted((ROOT / "benchmarks").rglob("*.py"))
    assert len(paths) > 20
    for path in paths:
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
