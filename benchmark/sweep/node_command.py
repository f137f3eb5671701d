"""A job on a node of a cluster: the command, as a process that the node's task or job watches over."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.worker_process import module_command
from benchmark.sweep.job import Job

PASSED_ON = ("PYTHONPATH", "BENCH_WEIGHTS")
"""Variables that nodes get as the sweep has them, beside the cache folder."""


@dataclass(frozen=True)
class NodeCommand:
    """What a node needs to run a job; all paths lie in folders that it shares with the sweep.

    Attributes:
        words: after `bench`.
        log: takes all that the command says.
        config: the job's, which shows that the folder of runs is shared.
        cache: folder of packed faces and judges: a node that had its own would train judges of its own.
        folder: the sweep's working directory, which relative paths start from.
        environment: variables that the command gets.
    """

    words: tuple[str, ...]
    log: Path
    config: Path
    cache: Path
    folder: Path
    environment: tuple[tuple[str, str], ...]

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, in a session of its own: only whoever waits for it sends it signals.

        Raises:
            FileNotFoundError: naming the folder that this node does not share with the sweep.
        """
        for path in (self.folder, self.config, self.cache):
            if not path.exists():
                raise FileNotFoundError(
                    f"{os.uname().nodename} has no {path}; the folder that the sweep is started in, its --runs and "
                    "$BENCH_CACHE must be shared with every node"
                )
        with self.log.open("wb") as log:
            return subprocess.Popen(
                module_command("benchmark.cli", *self.words),
                cwd=self.folder,
                env={**os.environ, **dict(self.environment)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def node_command(job: Job, threads: int) -> NodeCommand:
    """The command of a job.

    Args:
        job: to be run.
        threads: of its process.
    """
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    cache = cache_folder().absolute()
    environment = {**passed_on, "BENCH_CACHE": str(cache), "OMP_NUM_THREADS": str(threads)}
    here = Path.cwd()
    return NodeCommand(job.command, here / job.log, here / job.config, cache, here, tuple(environment.items()))
