"""`bench edits`: edits that other programs made of exported tasks, as runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.command import Commands
from benchmark.cli.options import CommandOptions, Data, Dataset, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import evaluation_of, print_plan

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
    from benchmark.evaluation.exported_tasks import check_one_protocol, settings_of
    from benchmark.results.outside_card import outside_card

    evaluation = evaluation_of(options, dataset, data, None if tasks is None else settings_of(tasks))
    check_one_protocol(evaluation)
    if options.dry_run:
        from benchmark.config.experiment import Experiment, MethodSpec

        print_plan([Experiment(method=MethodSpec(name=name), evaluation=evaluation)], options.json)
        return
    said = outside_card(name, card)
    from benchmark.cli.print_results import print_results
    from benchmark.pipeline.import_and_score import import_and_score
    from benchmark.runs.import_edits import Policies, check_name
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    check_name(name)
    result = import_and_score(
        said,
        edits,
        evaluation,
        options.runs,
        writable(cache_folder(), "cache folder"),
        Reporter(),
        weights=options.find_weights(),
        policies=Policies(resize, partial),
        tasks=tasks,
    )
    print_results([result], options.json)
