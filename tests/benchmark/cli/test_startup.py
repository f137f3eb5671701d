"""What a command that only tells something imports: nothing that makes a person wait."""

import pytest

from tests.commands import ended, python

HEAVY = {
    "torch",
    "torchvision",
    "mmengine",
    "diffusers",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "cv2",
    "skimage",
    "matplotlib",
}
CARDS = {"pydantic", "yaml", "importlib.metadata"}
"""What reading cards and finding plug-ins takes, which a third of the time of `bench --help` was once spent on."""


def imported(*words: str) -> set[str]:
    """The modules that Python imports when it is started so."""
    outcome = ended(python("-X", "importtime", *words))
    assert outcome.code == 0, outcome.err
    lines = [line for line in outcome.err.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    "words", ["list", "list presets", "show maskgan", "show maskgan --json", "run --help", "study analyse --help"]
)
def test_telling_what_there_is_imports_nothing_heavy(words: str) -> None:
    found = imported("-m", "benchmark.cli", *words.split())
    assert "typer" in found
    assert not HEAVY & found


def test_the_list_of_commands_does_not_even_read_cards() -> None:
    found = imported("-m", "benchmark.cli", "--help")
    assert "typer" in found
    assert not (HEAVY | CARDS) & found


@pytest.mark.parametrize("package", ["benchmark", "registry", "reports", "methods"])
def test_a_package_costs_nothing_to_import(package: str) -> None:
    found = imported("-c", f"import {package}")
    assert package in found
    assert not (HEAVY | CARDS | {"rich", "typer"}) & found
