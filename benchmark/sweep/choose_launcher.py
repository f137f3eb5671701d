"""The launchers by the names that users write; a cluster's library is imported only when it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmark.config.evaluation_spec import ComputeSpec
from benchmark.sweep.job_request import job_request
from benchmark.sweep.launcher import Launchers
from benchmark.sweep.local_launcher import LocalLauncher
from registry.errors import InputError, UnknownNameError, unknown

LOCAL, RAY, SLURM = "local", "ray", "slurm"
NAMES: Final = (LOCAL, RAY, SLURM)


@dataclass(frozen=True)
class LauncherChoice:
    """Where jobs are to run.

    Attributes:
        name: one of `NAMES`.
        address: of a Ray cluster.
        request: what each job asks a cluster for, `KEY=VALUE` each.
    """

    name: str = LOCAL
    address: str | None = None
    request: Sequence[str] = ()


def choose_launcher(
    choice: LauncherChoice, compute: ComputeSpec, folder: Path, say: Callable[[str], None]
) -> Launchers:
    """Get ready to start jobs there.

    Args:
        choice: where, and what each job asks for.
        compute: how the networks of the jobs run.
        folder: of the sweep's files, where those of the cluster's jobs go too.
        say: takes what people should know.

    Raises:
        InputError: if there is no such place, its library is not installed, or a request is not understood.
    """
    if choice.name not in NAMES:
        raise UnknownNameError(unknown("launcher", choice.name, NAMES))
    if choice.address is not None and choice.name != RAY:
        raise InputError(f"--address goes with --launcher {RAY}")
    if choice.name == LOCAL:
        if choice.request:
            raise InputError(f"--request goes with --launcher {RAY} or {SLURM}")
        return LocalLauncher
    request = job_request(compute, choice.request)
    if choice.name == RAY:
        from benchmark.sweep.ray_launcher import RayLauncher, connect, room_for

        connect(choice.address)
        if not room_for(RayLauncher(request, None).options):
            say("no node of the Ray cluster has what a job asks for; jobs wait until one joins")
        return partial(RayLauncher, request)
    from benchmark.sweep.slurm_launcher import SlurmLauncher, slurm_executor

    slurm_executor(folder / SLURM, request, None)  # what is wrong shows now, not after the shared jobs
    return lambda max_parallel_jobs: SlurmLauncher(
        slurm_executor(folder / SLURM, request, max_parallel_jobs), request.cpus
    )
