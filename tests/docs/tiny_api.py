"""Puts settings under those given to the Python API, so that a training takes seconds, as `tiny_commands` does."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmark import api
from benchmark.config.sources import deep_merge, read_assignments
from benchmark.results.schema import Result
from tests.docs.tiny_commands import with_tiny_settings


def use_tiny_settings(patch: pytest.MonkeyPatch) -> None:
    """Replace the functions of `benchmark` that train by ones that put tiny settings under theirs."""
    run, score_images, export_tasks = api.run, api.score_images, api.export_tasks

    def tiny_run(method: str | None = None, *, settings: Mapping[str, Any] | None = None, **words: Any) -> list[Result]:
        return run(method, settings=deep_merge(tiny_settings(method), dict(settings or {})), **words)

    def tiny_score_images(*folders: Any, settings: Mapping[str, Any] | None = None, **words: Any) -> Any:
        judged = len(folders) > 2 or words.get("masks") is not None
        below = tiny_settings() if judged else {}
        return score_images(*folders, settings=deep_merge(below, dict(settings or {})), **words)

    def tiny_export_tasks(*words: Any, settings: Mapping[str, Any] | None = None, **named: Any) -> Path:
        return export_tasks(*words, settings=deep_merge(tiny_settings(), dict(settings or {})), **named)

    patch.setattr(api, "run", tiny_run)
    patch.setattr(api, "export_tasks", tiny_export_tasks)
    patch.setattr(api, "score_images", tiny_score_images)


def tiny_settings(method: str | None = None) -> dict[str, Any]:
    """The settings that `bench run` of a method gets from `tiny_commands`, nested as in a file."""
    command = with_tiny_settings(["run", *(["--method", method] if method else [])])
    return read_assignments(value for word, value in pairwise(command) if word == "--set").content
