"""`bench ablate`: the ablation study that a method's card proposes, run as a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli.options import Data, Dataset, Seeds, SweepOptions, takes
from benchmark.cli.plugins import load_plugins
from benchmark.cli.resolve_flags import experiment_of, parse_seeds, print_plan, split_names
from benchmark.cli.sweep import finish, storage_of, swept


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ablate", help="Run the ablation study on a method's card; goes on where it was stopped.")(_ablate)


@takes(SweepOptions)
def _ablate(
    options: SweepOptions,
    method: Annotated[str, typer.Option(help="Registered method, with +VARIANT to change one of its variants.")],
    factors: Annotated[
        str | None, typer.Option(metavar="NAME,NAME", help="Only these factors of the card.", show_default="all")
    ] = None,
    seeds: Seeds = "3",
    dataset: Dataset = None,
    data: Data = None,
) -> None:
    load_plugins(options.plugin)
    from benchmark.ablation.expand import expand
    from benchmark.ablation.study import STUDY, study_folder, study_of, write_study
    from benchmark.config.experiment import over_seeds
    from registry.catalogue import METHOD_CARDS
    from reports.ablation.write import write_ablation

    reference = experiment_of(options, method, dataset, data, budget=options.budget)
    card = METHOD_CARDS.find(reference.method.name).card
    chosen = split_names(factors or "")
    cells = expand(reference, card, chosen)
    numbers = parse_seeds("--seeds", seeds)
    planned = [experiment for cell in cells for experiment in over_seeds(cell.experiment, numbers)]
    if options.dry_run:
        print_plan(planned, options.json)
        return
    folder = study_folder(options.runs, cells)
    storage = storage_of(options)
    record = swept(planned, options, folder, storage)
    failures = {Path(job.folder): job.error or "" for job in record.failed}
    write_study(folder / STUDY, study_of(card, cells, numbers, chosen, options.runs, failures))
    for page in [folder / STUDY, *write_ablation(folder / STUDY, folder)]:
        typer.echo(page, err=True)
    finish(record, folder, options.json, storage)
