"""`bench study export`: a blind study of finished runs, for raters to answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, get_args

import typer

from benchmark.cli import options
from benchmark.cli.plugins import PluginOption, load_plugins
from benchmark.cli.resolve_flags import split_names
from registry.errors import InputError, UnknownNameError, unknown


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", help="Draw trials from finished runs, and write a blind study of them.")(_export)


def _export(
    protocol: Annotated[list[str], typer.Option(help="Whose tasks are shown; may be repeated.")],
    out: Annotated[Path, typer.Option(help="Folder to write to: public/ for raters, private/ for the key.")],
    runs: options.RunGlobs = None,
    mode: Annotated[
        str, typer.Option(help="2afc (which of two), kway (the best of all), mos (1 to 5) or realfake.")
    ] = ("2afc"),
    items: Annotated[int, typer.Option(help="Trials; checks come on top, about one for ten.")] = 50,
    methods: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these methods.", show_default="all learned ones")
    ] = None,
    formats: Annotated[str, typer.Option("--format", metavar="A,B", help="Of html, mturk, label-studio, arena.")] = (
        "html"
    ),
    url_base: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where public/ will be found; mturk (https) and label-studio need it."),
    ] = None,
    masks: Annotated[
        bool, typer.Option("--masks", help="Show the target masks too; needs the dataset of the runs.")
    ] = False,
    words: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML of what raters read; OUT/words.yaml is a copy to edit.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the key goes.", show_default="OUT/private")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="Draws the same study again; secret as the key is.", show_default="the key's, or chance"
        ),
    ] = None,
    plugin: PluginOption = None,
) -> None:
    load_plugins(plugin)
    from benchmark.human_study.analysis.ranking import shown_too_little
    from benchmark.human_study.collection import arena
    from benchmark.human_study.design.candidates import find_candidates
    from benchmark.human_study.design.draw_study import draw_study
    from benchmark.human_study.design.export import check_key, check_writable, is_public, seed_of, write_export
    from benchmark.human_study.design.texts import read_texts, shipped_texts
    from benchmark.human_study.schema import PRIVATE, Mode, key_file
    from benchmark.results.find_results import read_results, result_files
    from benchmark.runtime.cache_folder import writable
    from benchmark.statistics.rater_ranks import MIN_CLUSTERS
    from reports.rating_forms.forms import RatingForms

    modes: tuple[Mode, ...] = get_args(Mode)
    chosen = next((known for known in modes if known == mode), None)
    if chosen is None:
        raise UnknownNameError(unknown("mode", mode, modes))
    format_names = split_names(formats)
    forms = RatingForms(format_names, url_base)
    if arena.FORMAT in format_names and chosen != "2afc":
        raise InputError(f"--format arena needs --mode 2afc, for its votes are between two methods, not {chosen}")
    found, errors = read_results(result_files(runs or ["runs"]))
    candidates = find_candidates(found, list(dict.fromkeys(protocol)), split_names(methods or ""))
    texts_file = words or shipped_texts(chosen)
    texts = read_texts(texts_file)
    forms.check(texts)
    key_path = key_file(out, key)
    check_key(out, key_path, forms.names)
    drawn = draw_study(candidates, chosen, items, texts, seed_of(key_path, seed), with_masks=masks)
    check_writable(out, drawn, key_path)
    shown_masks = {}
    if drawn.masks:
        from benchmark.human_study.design.target_masks import target_masks

        shown_masks = target_masks(candidates, drawn.masks.values())
    public = write_export(writable(out, "folder"), drawn, texts_file, key_path, shown_masks)
    pages = forms.write(drawn.study, texts, public)
    for error in errors:
        print(f"left out: {error}", file=sys.stderr)
    for label, why in candidates.left_out.items():
        print(f"left out: {label}: {why}", file=sys.stderr)
    if is_public(key_path, out):
        print(f"warning: {key_path} is in the public folder; it tells which method made each image", file=sys.stderr)
    for name, few in shown_too_little(drawn.study, drawn.key).items():
        print(
            f"warning: {', '.join(few)} of {name} cannot be ranked, which needs {MIN_CLUSTERS} source faces; "
            "ask for more --items",
            file=sys.stderr,
        )
    print(
        f"study {drawn.study.study_id}: {len(drawn.study.trials)} trials of {', '.join(candidates.labels)}",
        file=sys.stderr,
    )
    if arena.FORMAT in format_names:
        print(
            f"arena: votes come with the answers; `bench study import` writes them to {out / PRIVATE}", file=sys.stderr
        )
    for path in [*pages, public / "study.json", key_path, out / "words.yaml"]:
        print(path)
