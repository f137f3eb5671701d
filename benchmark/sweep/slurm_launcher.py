"""Jobs of a Slurm cluster, submitted by submitit as arrays: each goes on after its time is over, until it is done.

Some time before its limit, and when it is preempted, a job gets a signal, on which the training saves its state; at the
limit the job then requeues itself. How a command ended is in a text file beside submitit's own: what submitit pickles
for the one who waits is never read, since a folder of runs may come from elsewhere. submitit is imported when a cluster
is asked for, and not before.
"""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final

from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.sweep.job import Job
from benchmark.sweep.job_request import JobRequest
from benchmark.sweep.node_command import NodeCommand, node_command
from registry.errors import InputError, UnknownNameError, unknown

MINUTES: Final = 240
"""How long a job runs before it is requeued, unless `time` says otherwise: short jobs start sooner."""
SIGNAL_SECONDS: Final = 120
"""How long before its limit a job gets the signal: it saves its state at the end of a step."""
MAX_TIMEOUTS: Final = 100
"""How often a job may be requeued by its limit: for weeks of training, and an end for one that never gets on."""
ARRAY_SIZE: Final = 1000
"""Jobs of an array: one less than Slurm takes by default."""
LINGER_SECONDS: Final = 3600.0
"""How long a job that saved its state at SIGTERM waits to be ended: longer than clusters let preempted jobs go on."""
LOOK_SECONDS: Final = 2.0
"""How often the file of a job's end is looked for."""
GRACE_SECONDS: Final = 10.0
"""How long that file may take to show on this machine when Slurm says that the job has ended."""
STOPPED: Final = -signal.SIGTERM
"""Noted of a command that a signal stopped: Slurm may start the job again, which then goes on."""
KNOWN: Final = (
    "account",
    "comment",
    "constraint",
    "exclude",
    "exclusive",
    "gres",
    "mail_type",
    "mail_user",
    "mem",
    "mem_per_cpu",
    "mem_per_gpu",
    "nodelist",
    "partition",
    "qos",
    "time",
    "wckey",
)
"""Options of `sbatch`, as submitit writes them, that say where and with what a job runs."""
_ID: Final = re.compile(r"\d+(_\d+)?")


class SlurmCommand:
    """A job's command, as submitit calls it on a node.

    Args:
        command: to run.
        folder: of submitit's files.
    """

    def __init__(self, command: NodeCommand, folder: Path) -> None:
        self.command = command
        self.folder = folder

    def __call__(self) -> None:
        """Run the command; leave for the queue where its time was over, and note how it ended where it ended.

        The first signal reaches the command as SIGTERM, and later ones not at all: a second one would end it without
        saving.

        Raises:
            SystemExit: if it failed or was stopped, so that Slurm does not count the job as completed.
        """
        import submitit

        environment = submitit.JobEnvironment()
        end = exit_file(self.folder, environment.job_id)
        end.unlink(missing_ok=True)
        over = signal.Signals[f"SIG{environment.USR_SIG}"]
        requeue = signal.getsignal(over)  # submitit's: asks `checkpoint`, requeues the job and leaves
        received: list[int] = []
        signal.signal(over, signal.SIG_IGN)  # which the command inherits, in case it is sent to all processes of a job
        process = self.command.start()

        def pass_on(number: int, frame: FrameType | None) -> None:
            if not received:
                process.terminate()
            received.append(number)

        signal.signal(over, pass_on)
        signal.signal(signal.SIGTERM, pass_on)
        code = process.wait()
        if code and received:
            write_text_atomically(end, f"{STOPPED}\n")
            # cancelled, or preempted: Slurm requeues only what it had to end itself
            leave = time.monotonic() + LINGER_SECONDS
            while over not in received and time.monotonic() < leave:
                time.sleep(0.5)
            if over in received and callable(requeue):
                end.unlink()
                requeue(over, None)
        else:
            write_text_atomically(end, f"{code}\n")
        if code:
            raise SystemExit(code)

    def checkpoint(self) -> Any:
        """What is submitted again: the same, since the command goes on by itself."""
        import submitit

        return submitit.helpers.DelayedSubmission(self)


class SlurmJob:
    """A job in the queue, or running.

    Args:
        submitted: submitit's.
        log: takes what the command says.
    """

    def __init__(self, submitted: Any, log: Path) -> None:
        self.submitted = submitted
        self.log = log
        self.id = f"slurm:{submitted.job_id}"
        self._end = exit_file(submitted.paths.folder, submitted.job_id)
        self._stopped = False
        self._looked = float("-inf")
        self._gone: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether Slurm has ended it, or its command has."""
        return self._is_gone() or read_exit_code(self._end) not in (None, STOPPED)

    def exit_code(self) -> int | None:
        """The command's; 1 where the job ended without it, for the reason that Slurm gives at the end of its log."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return None
        self._looked = now
        gone = self._is_gone()  # asked before: it may end between the two
        code = read_exit_code(self._end)
        if code is not None and (code != STOPPED or self._stopped):
            return code
        if not gone:
            self._gone = None
            return None
        self._gone = now if self._gone is None else self._gone
        if now - self._gone < GRACE_SECONDS:
            return None
        if self._stopped:
            return STOPPED
        found = self.submitted
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\nSlurm: job {found.job_id} ended: {found.state}; its output: {found.paths.stderr}\n")
        return 1

    def stop(self) -> None:
        """Cancel it, which the command hears as SIGTERM; one that waits does not start."""
        self._stopped = True
        self._looked = float("-inf")
        self.submitted.cancel(check=False)
        # from now on submitit asks Slurm soon again, for all jobs at once
        self.submitted.watcher.register_job(self.submitted.job_id)

    def kill(self) -> None:
        """Cancel it, whatever it does; Slurm ends it within its own time."""
        self.stop()

    def _is_gone(self) -> bool:
        """Whether Slurm has ended it."""
        found = self.submitted
        gone, state = bool(found.done()), str(found.state).upper()
        if state == "SUSPENDED":
            found.watcher._finished.discard(found.job_id)  # submitit takes it for ended, and would not ask again
            return False
        # a preempted job may be started again, but not once it is cancelled
        return gone or (self._stopped and state == "PREEMPTED")


class SlurmLauncher:
    """Submits jobs.

    Args:
        executor: of submitit.
        cpus: threads of each command.
    """

    max_parallel_jobs = sys.maxsize

    def __init__(self, executor: Any, cpus: int) -> None:
        self.executor = executor
        self.cpus = cpus

    def start(self, jobs: Sequence[Job]) -> list[SlurmJob]:
        """Submit jobs as an array, or several where they are very many."""
        import submitit

        folder = self.executor.folder
        commands = [SlurmCommand(node_command(job, self.cpus), folder) for job in jobs]
        submitted: list[Any] = []
        try:
            for first in range(0, len(commands), ARRAY_SIZE):
                submitted += self.executor.submit_array(commands[first : first + ARRAY_SIZE])
        except (submitit.core.utils.FailedJobError, submitit.core.utils.FailedSubmissionError, OSError) as error:
            for job in submitted:
                job.cancel(check=False)
            raise OSError(f"sbatch: {str(error).strip() or 'failed'}") from error
        return [SlurmJob(found, job.log) for found, job in zip(submitted, jobs, strict=True)]

    def find(self, job: Job, id: str) -> SlurmJob | None:
        """A job that an earlier sweep submitted; None if it has ended."""
        kind, _, number = id.partition(":")
        if kind != "slurm" or not _ID.fullmatch(number):
            return None
        found = SlurmJob(self.executor.job_class(self.executor.folder, number), job.log)
        return None if found.is_over else found


def slurm_executor(folder: Path, request: JobRequest, max_parallel_jobs: int | None) -> Any:
    """What submits jobs by `sbatch`, their files in `folder`.

    Args:
        folder: shared with the nodes; created where absent.
        request: what each job asks for; further words are those of `KNOWN`, `time` in minutes.
        max_parallel_jobs: how many of an array run at once; None: as many as there is room for.

    Raises:
        InputError: if submitit is not installed, there is no Slurm here, or an option is unknown.
    """
    try:
        import submitit
    except ImportError:
        raise InputError(
            "--launcher slurm: submitit is not installed: pip install 'face-editing-benchmark[slurm]'"
        ) from None
    try:
        executor = submitit.SlurmExecutor(folder, max_num_timeout=MAX_TIMEOUTS)
    except RuntimeError:
        raise InputError(
            "--launcher slurm: no command srun here; start the sweep where jobs can be submitted"
        ) from None
    executor.update_parameters(**slurm_parameters(request, max_parallel_jobs))
    return executor


def slurm_parameters(request: JobRequest, max_parallel_jobs: int | None) -> dict[str, Any]:
    """A request in submitit's words.

    Args:
        request: what each job asks for.
        max_parallel_jobs: how many of an array run at once; None: all that there is room for.

    Raises:
        InputError: if a word is unknown, or `time` is no number of minutes.
    """
    for key in request.others:
        if key not in KNOWN:
            raise UnknownNameError(unknown("option of Slurm's jobs", key, ("cpus", "gpus", *KNOWN)))
    minutes = request.others.get("time", str(MINUTES))
    if not (minutes.isdecimal() and 0 < int(minutes) < 10**6):
        raise InputError(f"--request time={minutes}: write the minutes that a job may run before it is requeued")
    return {
        "job_name": "bench",
        "signal_delay_s": min(SIGNAL_SECONDS, int(minutes) * 30),
        "cpus_per_task": request.cpus,
        "array_parallelism": max_parallel_jobs or ARRAY_SIZE,
        "additional_parameters": {"requeue": True},
        **({"gpus_per_node": request.gpus} if request.gpus else {}),
        **request.others,
        "time": int(minutes),
    }


def exit_file(folder: Path, job_id: str) -> Path:
    """Where the exit code of a job's command is noted."""
    return folder / f"{job_id}_exit.txt"


def read_exit_code(path: Path) -> int | None:
    """The exit code that a file notes; None where there is none, or it is something else."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if re.fullmatch(r"-?\d{1,3}", text) else None
