"""What each job of a sweep asks a cluster for: processors, GPUs, and what the cluster has words of its own for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmark.config.evaluation_spec import ComputeSpec
from benchmark.runtime.loaders import LOADERS_OF_A_GPU
from registry.errors import InputError

CPUS, GPUS = "cpus", "gpus"


@dataclass(frozen=True)
class JobRequest:
    """What a job asks for.

    Attributes:
        cpus: processors, and threads of its process.
        gpus: 0 or more; None where its device is "auto" and nothing was said: what suits the cluster.
        others: in the cluster's own words.
    """

    cpus: int
    gpus: int | None
    others: Mapping[str, str]


def job_request(compute: ComputeSpec, words: Iterable[str]) -> JobRequest:
    """What a job asks for, by how its networks run, unless words say otherwise.

    Without words a job has a processor for itself and one for each process that loads its faces, and a GPU where its
    device is "cuda".

    Args:
        compute: of the job's experiment.
        words: `KEY=VALUE` each.

    Raises:
        InputError: if a word is no `KEY=VALUE`, a number is none, or the device is a certain GPU of a machine.
    """
    asked: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not (key and sign and value):
            raise InputError(f"--request {word!r}: write KEY=VALUE, such as cpus=4 or gpus=1")
        if not word.isprintable():  # a second line would be one of the script that Slurm runs
            raise InputError(f"--request {word!r}: write it on one line, without control characters")
        asked[key] = value
    kind, _, number = compute.device.partition(":")
    if number:
        raise InputError(
            f"--device {compute.device!r}: a cluster gives each job GPUs of its own, numbered from 0; write {kind}"
        )
    cpus = _count(CPUS, asked.pop(CPUS, str(1 + _loaders(compute, kind, asked))), 1)
    by_device = {"cpu": 0, "cuda": 1}.get(kind)
    gpus = _count(GPUS, asked.pop(GPUS), 0) if GPUS in asked else by_device
    return JobRequest(cpus, gpus, asked)


def _loaders(compute: ComputeSpec, kind: str, asked: Mapping[str, str]) -> int:
    """Processes that load faces: as set, else those that a training has beside a GPU, on which the job may run."""
    if compute.num_workers is not None:
        return compute.num_workers
    on_gpu = kind == "cuda" or (kind != "cpu" and asked.get(GPUS, "0") != "0")
    return LOADERS_OF_A_GPU if on_gpu else 0


def _count(key: str, text: str, least: int) -> int:
    if not (text.isdecimal() and len(text) < 7 and int(text) >= least):
        raise InputError(f"--request {key}={text}: write a whole number from {least}")
    return int(text)
