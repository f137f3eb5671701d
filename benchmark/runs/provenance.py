"""Provenance: code revision, versions, hardware and data of a run, written beside its result."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmark.caching.fingerprints import source_version
from benchmark.caching.library_versions import Versions
from benchmark.datasets.base import FaceDataset
from benchmark.results.run_folder import PROVENANCE
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.device import Compute, gpu_algorithms
from benchmark.runtime.version import DISTRIBUTION

PACKAGES = (
    DISTRIBUTION,
    "torch",
    "torchvision",
    "mmengine",
    "mmcv-lite",
    "diffusers",
    "numpy",
    "opencv-python",
    "scipy",
)


def write_provenance(
    folder: Path,
    compute: Compute,
    dataset: FaceDataset,
    weights: dict[str, Any],
    notes: dict[str, str],
    libraries: Mapping[str, Mapping[str, Versions]],
) -> None:
    """Write `provenance.json`.

    Args:
        folder: the run's.
        compute: how networks ran.
        dataset: the faces used.
        weights: origin and SHA-256 of the method's weights.
        notes: what the method says of its own training.
        libraries: by protocol and metric, the versions of those that measured it.
    """
    measured_by = [versions for of_protocol in libraries.values() for versions in of_protocol.values()]
    of_metrics = {name: version for versions in measured_by for name, version in versions.items()}
    content = {
        "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command": sys.argv,
        "revision": _revision(),
        "code": source_version("benchmark", "methods", "registry"),
        "versions": {"python": platform.python_version()} | of_metrics | {name: _version(name) for name in PACKAGES},
        "hardware": {
            "machine": platform.machine(),
            "system": platform.platform(),
            "device": compute.hardware,
            "precision": compute.precision,
            "channels_last": compute.channels_last,
            "deterministic": compute.deterministic,
            **(gpu_algorithms() if compute.device.type == "cuda" else {}),
        },
        "data": {
            "dataset": dataset.name,
            "fingerprint": dataset.fingerprint,
            "size": dataset.size,
            "skipped": [{"face": skipped.face, "reason": skipped.reason} for skipped in dataset.skipped],
        },
        "weights": weights,
        "notes": notes,
    }
    write_text_atomically(folder / PROVENANCE, json.dumps(content, indent=2) + "\n")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _revision() -> str | None:
    """The commit of the source tree this code runs from, with "+" for changes; None where it is no checkout."""
    here = Path(__file__).resolve().parent
    try:
        commit = subprocess.run(
            ["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()
        changes = subprocess.run(
            ["git", "-C", str(here), "status", "--porcelain", "--untracked-files=no"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+" if changes.strip() else "")
