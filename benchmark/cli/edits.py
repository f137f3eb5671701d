"""`bench edits`: edits that other programs made of exported tasks, as runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.command import Commands
from benchmark.cli.options import CommandOptions, Data, Dataset, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import evaluation_of, print_plan
from registry.errors import InputError

app = Commands(help="Take in edits that were made elsewhere.", no_args_is_help=True)


@app.command("import", help="Make a run of edits that another program made, and score it.")
@takes(CommandOptions)
def _import(
    options: CommandOptions,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call them: lower-case words joined by hyphens.")],
    edits: Annotated[
        Path,
        typer.Argument(
            metavar="EDITS", help="Folder of an image per task, 00000.png …, or a file of JSON lines that name them."
        ),
    ],
    tasks: Annotated[
        Path | None, typer.Option(help="Folder that `bench tasks export` wrote: its settings and its task table.")
    ] = None,
    card: Annotated[Path | None, typer.Option(help="YAML of what made them: title, summary, licence, paper.")] = None,
    resize: Annotated[bool, typer.Option("--resize", help="Take edits of another size, and resize them.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Score the tasks that have an edit; the result says so.")
    ] = False,
    dataset: Dataset = None,
    data: Data = None,
) -> None:
    load_plugins(options.plugin)
    from benchmark.config.experiment import Experiment, MethodSpec
    from benchmark.evaluation.exported_tasks import check_export, settings_of
    from benchmark.results.outside_card import outside_card

    evaluation = evaluation_of(options, dataset, data, None if tasks is None else settings_of(tasks))
    if len(evaluation.protocols) != 1:
        raise InputError(
            f"edits are of one protocol: name it by --protocol ({', '.join(evaluation.protocols)}), or --tasks"
        )
    planned = Experiment(method=MethodSpec(name=name), evaluation=evaluation)
    if options.dry_run:
        print_plan([planned], options.json)
        return
    said = outside_card(name, card)
    from benchmark.cli.print_results import print_results
    from benchmark.evaluation.context import EvaluationContext
    from benchmark.pipeline.run_all import write_run_pages
    from benchmark.runs.import_edits import Policies, check_name, import_edits
    from benchmark.runs.lock import working_on
    from benchmark.runs.run_of import run_of
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    check_name(name)
    reporter = Reporter()
    context = EvaluationContext(evaluation, writable(cache_folder(), "cache folder"), reporter, options.find_weights())
    if tasks is not None:
        check_export(tasks, context)
    folder = planned.folder(writable(options.runs, "runs folder"))
    with working_on(folder, reporter):
        experiment = import_edits(said, edits, context, options.runs, Policies(resize, partial))
        result = run_of(experiment, context, options.runs).score()
    write_run_pages([folder], reporter)
    print_results([result], options.json)
