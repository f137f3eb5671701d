"""The command `bench`: parses, calls the harness, and turns a user's mistake into one sentence and exit code 2."""

from __future__ import annotations

import gc
import io
import logging
import os
import sys
from typing import Annotated

# OpenMP's threads wait for one another thousands of times a second here. Spinning long, as they do by default, starves
# other processes on the same cores; not spinning at all halves the speed on idle ones. A short spin does neither.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")

import typer

from benchmark.cli import (
    ablate,
    calibrate,
    checkpoints,
    claims,
    compare,
    data,
    demo,
    edits,
    gallery,
    leaderboard,
    photo,
    plan,
    report,
    status,
    study,
    sweep,
    tasks,
    verify,
    weights,
)
from benchmark.cli import list_show as catalogue
from benchmark.cli import method_authoring as methods
from benchmark.cli import run as stages
from benchmark.cli.command import Commands
from benchmark.cli.together import check_command, help_the_first, helps
from registry.errors import LOGGER, InputError, PluginError

GARBAGE = (20_000, 2, 2)
"""When Python looks for garbage: after so many new objects, and now and then among older ones. Python 3.11 does after
700, hundreds of times while libraries are imported, which is a tenth of the time of a command that takes seconds."""

CTRL_C = 130
"""The exit code that typer makes of a KeyboardInterrupt."""

app = Commands(
    name="bench",
    help="Compare face-editing methods: train, edit, score, report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _common(
    debug: Annotated[bool, typer.Option("--debug", help="Show the tracebacks of plug-ins that fail.")] = False,
) -> None:
    if debug:
        _show_tracebacks()


stages.add_to(app)
plan.add_to(app)
sweep.add_to(app)
ablate.add_to(app)
catalogue.add_to(app)
leaderboard.add_to(app)
gallery.add_to(app)
report.add_to(app)
compare.add_to(app)
claims.add_to(app)
calibrate.add_to(app)
status.add_to(app)
verify.add_to(app)
methods.add_to(app)
photo.add_to(app)
demo.add_to(app)
app.add_typer(data.app, name="data")
app.add_typer(weights.app, name="weights")
app.add_typer(checkpoints.app, name="checkpoints")
app.add_typer(study.app, name="study")
app.add_typer(tasks.app, name="tasks")
app.add_typer(edits.app, name="edits")


def _show_tracebacks() -> None:
    LOGGER.addHandler(logging.StreamHandler())


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 the user's input is wrong."""
    gc.set_threshold(*GARBAGE)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a character that a terminal lacks must not cost a figure
    try:
        if helps():
            if "--debug" in sys.argv[1:]:
                _show_tracebacks()
            help_the_first()
        else:
            check_command(sys.argv[1:])
            # `bench --help run` asks for the list of all
            app.only(next((word for word in sys.argv[1:] if word != "--debug"), ""))()
    except InputError as error:
        _fail(str(error), 2)
    except PluginError as error:
        log = "" if helps() else ", and so does the log.txt of a run"  # which the first process alone writes
        hint = f"; `bench --debug` shows the traceback{log}" if error.logged else ""
        _fail(f"{error}{hint}", 1)
    except ImportError as error:
        if "libGL" not in str(error):
            raise
        _fail("OpenCV needs the system library libGL.so.1; on Debian and Ubuntu: apt-get install libgl1", 1)
    except SystemExit as end:
        if end.code != CTRL_C:
            raise
        _fail("stopped; run the same command again to go on from what is finished", 1)
    except BrokenPipeError:  # whoever reads the output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        sentence = _failure(error)
        if sentence is None:
            raise
        _fail(sentence, 1)


def _failure(error: Exception) -> str | None:
    """What failed, where a sentence explains it; None of anything else, which is a defect and shows its traceback."""
    from benchmark.runtime.interruption import Interrupted
    from benchmark.runtime.system_failures import sentence_of

    if isinstance(error, Interrupted):
        return str(error)
    if "torch" in sys.modules:  # nothing that trains was imported before it
        from benchmark.training.checkpoints import TrainingCheckpointError
        from benchmark.training.hooks import TrainingDiverged

        if isinstance(error, TrainingDiverged | TrainingCheckpointError):
            return str(error)
    return sentence_of(error)


def _fail(sentence: str, code: int) -> None:
    print(f"bench: {sentence}", file=sys.stderr)
    raise SystemExit(code)
