"""Jobs as tasks of a Ray cluster: each waits until a node has the processors and GPUs that it asks for.

A task whose node is lost is started anew on another, where the run goes on from its last checkpoint. Ray is imported
when a cluster is asked for, and not before.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmark.sweep.job import Job
from benchmark.sweep.job_request import JobRequest
from benchmark.sweep.node_command import NodeCommand, node_command
from registry.errors import InputError

RETRIES: Final = 3
"""How often a job is started anew whose node or worker process was lost; one that fails by itself is not."""
POLL_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 10.0
_HOST_PORT: Final = re.compile(r"(?P<host>[\w.-]+):(?P<port>\d{1,5})")


class RayTask:
    """A job as a task."""

    id: Final = None
    """A task ends with the program that submitted it."""

    def __init__(self, job: Job, reference: Any) -> None:
        self.job = job
        self.reference = reference

    def exit_code(self) -> int | None:
        """The command's; 1, with the reason as the last line of its log, where Ray lost it."""
        import ray

        done, _ = ray.wait([self.reference], timeout=0)
        if not done:
            return None
        try:
            return int(ray.get(self.reference))
        except ray.exceptions.RayError as error:
            with self.job.log.open("a", encoding="utf-8") as log:
                log.write(f"\nRay: {_first_line(getattr(error, 'cause', None) or error)}\n")
            return 1

    def stop(self) -> None:
        """Interrupt it, which the command hears as SIGTERM; one that waits does not start."""
        import ray

        ray.cancel(self.reference, force=False)

    def kill(self) -> None:
        """End its worker process, and with it the command."""
        import ray

        ray.cancel(self.reference, force=True)


class RayLauncher:
    """Submits jobs to the cluster that `connect` found.

    Args:
        request: what each asks for; where it does not say, a GPU if the cluster has any.
        max_parallel_jobs: how many are submitted at once; None: all, as many run as there is room for.
    """

    def __init__(self, request: JobRequest, max_parallel_jobs: int | None) -> None:
        self.request = request
        self.max_parallel_jobs = max_parallel_jobs or sys.maxsize
        self.options = task_options(request, _cluster_has_gpus())

    def start(self, jobs: Sequence[Job]) -> list[RayTask]:
        """Submit jobs, to be spread over the nodes."""
        import ray

        task = ray.remote(run_command).options(**self.options)
        return [RayTask(job, task.remote(node_command(job, self.request.cpus))) for job in jobs]

    def find(self, job: Job, id: str) -> None:
        """None: tasks end with the sweep that submitted them."""


def connect(address: str | None) -> None:
    """Connect to a Ray cluster, or start one on this machine.

    Args:
        address: of the cluster, `HOST:PORT`, or "auto" for the one that this machine is part of; None: as
            `$RAY_ADDRESS` says, and where it says nothing, a cluster of this machine alone.

    Raises:
        InputError: if Ray is not installed, or there is no cluster.
    """
    # a cluster that is started here tells its makers nothing
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise InputError("--launcher ray: Ray is not installed: pip install 'face-editing-benchmark[ray]'") from None
    if ray.is_initialized():
        return
    where = address or os.environ.get("RAY_ADDRESS")
    try:
        if where is not None and (found := _HOST_PORT.fullmatch(where)):
            # Ray itself waits for minutes
            socket.create_connection((found["host"], int(found["port"])), timeout=CONNECT_SECONDS).close()
        ray.init(address=address, log_to_driver=False, logging_level="error")
    except (RuntimeError, ValueError, OverflowError, OSError) as error:
        at = where or "this machine"
        raise InputError(f"--launcher ray: no Ray cluster at {at}: {_first_line(error)}") from error


def task_options(request: JobRequest, cluster_has_gpus: bool) -> dict[str, Any]:
    """A request in the words of Ray's tasks; further words are the cluster's own resources, but for `memory_gb`.

    Raises:
        InputError: if a resource is no number.
    """
    others = {key: _amount(key, value) for key, value in request.others.items()}
    memory = others.pop("memory_gb", None)
    return {
        "num_cpus": request.cpus,
        "num_gpus": int(cluster_has_gpus) if request.gpus is None else request.gpus,
        "resources": others,
        "scheduling_strategy": "SPREAD",
        "max_retries": RETRIES,
        **({} if memory is None else {"memory": int(memory * 2**30)}),
    }


def room_for(options: Mapping[str, Any]) -> bool:
    """Whether the cluster has a node now on which a task of these options could run, were the node idle."""
    import ray

    asked = {"CPU": options["num_cpus"], "GPU": options["num_gpus"], **options["resources"]}
    asked["memory"] = options.get("memory", 0)
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return any(all(node.get(name, 0) >= amount for name, amount in asked.items()) for node in nodes)


def run_command(command: NodeCommand) -> int:
    """Run a job's command on a node, as the body of its task.

    What interrupts the task interrupts the command too, which gets the time that it takes to save what it has.

    Returns:
        Its exit code.
    """
    # Ray interrupts a task as Ctrl-C would, which the nodes of a cluster that a script started in the background ignore
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = command.start()
    try:
        while True:
            try:
                return process.wait(POLL_SECONDS)  # Ray interrupts Python, but no system call
            except subprocess.TimeoutExpired:
                continue
    except (KeyboardInterrupt, SystemExit):
        process.terminate()
        return process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _cluster_has_gpus() -> bool:
    import ray

    return bool(ray.cluster_resources().get("GPU"))


def _amount(key: str, text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 2**31:
        raise InputError(f"--request {key}={text}: Ray's resources are numbers, such as {key}=1")
    return amount


def _first_line(error: BaseException) -> str:
    """The first line of an error's message that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
