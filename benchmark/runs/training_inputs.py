"""What decides the trained weights of a run: settings, faces, device, code, and how the best of them are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import TRAINING_CODE, fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.config.experiment import MethodSpec
from benchmark.evaluation.context import EvaluationContext
from benchmark.runs.run_validation import RunValidation
from benchmark.runtime.atomic_files import sha256_of_given
from registry.catalogue import METHOD_CARDS


def training_inputs(
    settings: Mapping[str, Any], method: MethodSpec, context: EvaluationContext, validation: RunValidation
) -> dict[str, Any]:
    """What decides them, by a word for each.

    Args:
        settings: those that do, `Experiment.training_part`.
        method: of the run.
        context: has faces and device.
        validation: of the run.
    """
    return {
        **settings,
        "compute": context.compute.described,
        "checkpoint": sha256_of_given(method.checkpoint),
        "data": context.dataset.fingerprint,
        "code": fingerprint(
            code_version(TRAINING_CODE), entry_version(METHOD_CARDS.find(method.name)), *validation.code
        ),
        **validation.inputs,
    }
