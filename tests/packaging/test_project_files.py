"""What a project says of itself: one version everywhere, a licence, and citation data that tools can read."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

import benchmark
from tests.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert benchmark.__version__ == PROJECT["version"] == str(citation["version"])
    assert f"## [{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_version_costs_no_heavy_import() -> None:
    code = "import sys, benchmark; benchmark.__version__; print(*(sys.modules.keys() & {'torch', 'numpy', 'pydantic'}))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'version'"):
        benchmark.version  # noqa: B018


def test_the_citation_has_what_the_format_requires() -> None:
    """The keys that version 1.2.0 of the Citation File Format requires, and the licence of the project."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    for author in citation["authors"]:
        assert set(author) & {"name", "family-names"}
    assert citation["license"] == PROJECT["license"] == "Apache-2.0"


def test_the_changelog_keeps_its_format() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\]( - \d{4}-\d{2}-\d{2})?", version) for version in versions[1:])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_licence_is_the_whole_standard_text() -> None:
    text = " ".join((ROOT / "LICENSE").read_text().split())
    assert text.startswith("Apache License Version 2.0, January 2004")
    assert all(f" {number}. " in text for number in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text
