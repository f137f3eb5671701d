"""The functions of `import benchmark`: what `bench` does, with data frames and arrays in place of files and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.config.flags import flags_of
from benchmark.photographs.photo import photo as photo
from benchmark.python_api.arguments import (
    PathName,
    Settings,
    load_plugins,
    names_of,
    sources_of_arguments,
    weights_of,
)
from benchmark.python_api.claims import claims as claims
from benchmark.python_api.gallery import gallery as gallery
from benchmark.python_api.groups import groups as groups
from benchmark.python_api.operating_points import operating_points as operating_points
from benchmark.python_api.outside_edits import export_tasks as export_tasks
from benchmark.python_api.outside_edits import import_edits as import_edits
from benchmark.python_api.score_runs import score_runs as score_runs
from benchmark.python_api.selected_runs import selected_runs
from registry.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.editing.edit_arrays import LoadedMethod
    from benchmark.images.selection import Role
    from benchmark.results.schema import Result


def list_methods(plugins: Iterable[PathName] = ()) -> pd.DataFrame:
    """List the methods, those of plug-ins too.

    Args:
        plugins: plug-ins to load first, files or modules, beside those that are installed.

    Returns:
        One row per method: `name`, `title`, `kind` (learned or reference), `protocols`, `variants`, `licence`, `paper`.

    Raises:
        InputError: if a plug-in cannot be loaded.

    Example:
        >>> import benchmark
        >>> methods = benchmark.list_methods().set_index("name")
        >>> methods.loc["maskgan", "paper"]
        'MaskGAN: Towards Diverse and Interactive Facial Image Manipulation, CVPR 2020'
        >>> methods.loc["region-color", "kind"]
        'reference'
    """
    load_plugins(plugins)
    import pandas as pd

    from registry import catalogue
    from registry.protocols_of_method import protocols_of

    cards = [entry.card for entry in catalogue.METHOD_CARDS]
    said = {key: [getattr(card, key) for card in cards] for key in ("name", "title", "kind")}
    return pd.DataFrame(
        said
        | {
            "protocols": [protocols_of(card) for card in cards],
            "variants": [list(card.variants) for card in cards],
            "licence": [card.licence for card in cards],
            "paper": [f"{card.paper.title}, {card.paper.venue}" if card.paper else None for card in cards],
        }
    )


def run(
    method: str | None = None,
    *,
    dataset: str | None = None,
    data: PathName | None = None,
    preset: str | None = None,
    seed: int | Iterable[int] | None = None,
    budget: str | None = None,
    protocols: str | Iterable[str] | None = None,
    limit: int | None = None,
    device: str | None = None,
    checkpoint: PathName | None = None,
    settings: Settings | None = None,
    config: PathName | None = None,
    weights: Mapping[str, PathName] | None = None,
    runs: PathName = "runs",
    plugins: Iterable[PathName] = (),
    fresh: bool = False,
    keep_weights: bool = False,
    quiet: bool = False,
) -> list[Result]:
    """Train (or load), edit, score, and write the leaderboard beside the reference methods, as `bench run` does.

    What is finished already is only read. Arguments lie over `settings`, and these over `config`.

    Args:
        method: registered method, with `+VARIANT` for one of its variants; `config` may name it instead.
        dataset: registered dataset; by default "rendered-faces".
        data: folder of the dataset's files.
        preset: sizes and budgets; by default "demo".
        seed: training seed, or several; by default 0.
        budget: what each training may cost, such as "300cpu-s", in place of the preset's iterations.
        protocols: only these; by default all that the method takes part in.
        limit: at most so many tasks per protocol.
        device: "cpu", "cuda", "cuda:1" …; by default "auto".
        checkpoint: weights to load instead of training: a published file, or a run's `checkpoints/STAGE.pth`.
        settings: any others, nested as in a configuration file.
        config: a YAML file of settings.
        weights: files by id for metrics that need them, beside those in `$BENCH_WEIGHTS`.
        runs: folder of all runs.
        plugins: plug-ins to load first, files or modules, beside those that are installed.
        fresh: begin the method anew rather than go on.
        keep_weights: go on with weights that other code trained; the result says so.
        quiet: show no progress on stderr.

    Returns:
        One result per seed, then those of the reference methods and of the real images.

    Raises:
        InputError: if a setting is wrong, naming it and where it stands, or a file or folder cannot be used.

    Example:
        >>> import benchmark
        >>> results = benchmark.run("region-color", protocols="style-copy", limit=4, quiet=True)
        >>> results[0].method
        'region-color'
        >>> 0 < results[0].protocols["style-copy"].metrics["psnr-oracle"].value < 60
        True
    """
    load_plugins(plugins)
    from benchmark.config.experiment import over_seeds
    from benchmark.pipeline.run_all import run_all
    from benchmark.runs.outside_settings import resolve_with_runs
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    shared = flags_of(dataset, data, preset=preset, device=device, limit=limit, protocols=names_of(protocols))
    own = {"method": method, "budget": budget, "checkpoint": None if checkpoint is None else str(checkpoint)}
    experiment = resolve_with_runs(sources_of_arguments({**shared, **own}, settings, config), Path(runs))
    experiments = [experiment] if seed is None else over_seeds(experiment, _seeds(seed))
    return run_all(
        experiments,
        writable(Path(runs), "runs folder"),
        writable(cache_folder(), "cache folder"),
        Reporter(quiet=quiet),
        weights=weights_of(weights),
        fresh=fresh,
        keep_weights=keep_weights,
    )


def leaderboard(
    runs: PathName | Iterable[PathName] = "runs",
    *,
    dataset: str | None = None,
    protocol: str | None = None,
    methods: str | Iterable[str] | None = None,
    metrics: str | Iterable[str] | None = None,
    allow_mixed: bool = False,
) -> pd.DataFrame:
    """Read the tables that `bench leaderboard` writes, as one tidy frame.

    A result that cannot be read is left out with a warning.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        dataset: only this dataset.
        protocol: only this protocol.
        methods: only these learned methods; reference rows stay.
        metrics: only these metrics and costs.
        allow_mixed: split results that cannot be compared into tables of their own instead of refusing them.

    Returns:
        One row per table, method and figure, with the columns of `leaderboard.csv`: among them `method`,
        `attribute` (of the figures of one attribute, where tasks transfer several; "" of the table's own),
        `metric`, `value`, the 95% interval (`low`, `high`), `n`, `seeds`, `rank`, `emphasis` ("best" where no
        learned method is significantly better, "second" for the next), `holm_p` of no difference to the best,
        and the `reason` of a figure that is missing or doubtful.

    Raises:
        InputError: if there are no results, none has what was asked for, or they cannot share a table.

    Example:
        >>> import benchmark
        >>> figures = benchmark.leaderboard("runs", protocol="style-copy", metrics="psnr-oracle")
        >>> float(figures.set_index("method").loc["oracle", "value"])
        60.0
    """
    import pandas as pd

    from benchmark.tables.build_tables import tabulate
    from benchmark.tables.long_format import COLUMNS, figure_rows

    selected = selected_runs(runs, dataset, protocol, methods, metrics)
    frame = pd.DataFrame(figure_rows(tabulate(selected, allow_mixed)), columns=list(COLUMNS))
    numbers = dict.fromkeys(("value", "printed", "low", "high", "seed_low", "seed_high", "holm_p"), "float64")
    return frame.astype(numbers | {"rank": "Int64", "n": "Int64"})


def compare(
    a: PathName,
    b: PathName,
    *,
    runs: PathName = "runs",
    dataset: str | None = None,
    protocols: str | Iterable[str] | None = None,
    metrics: str | Iterable[str] | None = None,
) -> pd.DataFrame:
    """Compare two methods on the tasks they share, as `bench compare` does.

    Args:
        a: a method with runs, or a run folder, or a folder of its seeds.
        b: the method to compare it with.
        runs: folder of all runs.
        dataset: the dataset, where methods have runs on several.
        protocols: only these.
        metrics: only these.

    Returns:
        One row per protocol and metric: the figure of each with its 95% interval (`a`, `a_low`, `a_high`, `b`, …),
        the `gain`, by how much `a` is better, with its interval (`low`, `high`), which is `better` beyond doubt ("a"
        or "b"), `p_value`, `holm_p` adjusted for all of these, `n`, and the `reason` of what is missing. Where tasks
        transfer several attributes, a row for each follows, named in `attribute`, without a test. The frame's
        `attrs["notes"]` say what must be known to read it.

    Raises:
        InputError: if a method has no runs, the runs were not scored alike, or there is nothing to compare.

    Example:
        >>> import benchmark
        >>> found = benchmark.compare("region-color", "copy-target", protocols="style-copy", metrics="style-color")
        >>> list(found.columns[:4])
        ['protocol', 'attribute', 'metric', 'a']
        >>> bool(found.loc[0, "gain"] == found.loc[0, "b"] - found.loc[0, "a"])  # less is better
        True
    """
    import pandas as pd

    from benchmark.comparison.by_attribute import compare_by_attribute
    from benchmark.comparison.compare_methods import compare as compared
    from benchmark.comparison.rows import COLUMNS, comparison_rows
    from benchmark.results.method_runs import find_methods

    found = compared(*find_methods(str(a), str(b), Path(runs), dataset), names_of(protocols), names_of(metrics))
    matches = [*found.matches, *compare_by_attribute(found)]
    frame = pd.DataFrame(comparison_rows(matches), columns=list(COLUMNS))
    text = ("protocol", "attribute", "metric", "better", "n", "reason")
    frame = frame.astype({name: "float64" for name in COLUMNS if name not in text})
    frame.attrs |= {"notes": list(found.notes), "num_tests": found.num_tests}
    return frame


def score_images(
    images: PathName,
    reference: PathName | None = None,
    masks: PathName | None = None,
    metrics: str | Iterable[str] | None = None,
    *,
    labels: str | None = None,
    recursive: bool = False,
    match: str | Mapping[Role, str] | None = None,
    suffix: str | Mapping[Role, str] | None = None,
    settings: Settings | None = None,
    device: str | None = None,
    weights: Mapping[str, PathName] | None = None,
    plugins: Iterable[PathName] = (),
    quiet: bool = False,
) -> pd.DataFrame:
    """Score a folder of images, made by whatever means, as `bench score --images` does.

    Args:
        images: the folder, or a zip archive of it, as for the others.
        reference: folder of real images, or an `.npz` file of their statistics, for the metrics of sets.
        masks: folder of label maps that the images were to show, for the metrics of labels.
        metrics: ids; by default `fid` with a reference, `seg-accuracy` and `seg-miou` with masks.
        labels: how the label maps say their labels: "celebamask-hq", the dataset's order, by default, and refused where
            another fits clearly better; "face-parsing", that of face-parsing.PyTorch; "palette", the dataset's colours;
            "lapa"; "helen"; or a YAML file of your own label set.
        recursive: read sub-folders too.
        match: a glob for the images that are meant; `{"reference": …, "masks": …}` for other folders.
        suffix: what the names of the images that are meant end in, such as "_fake_B", and which is then no part of
            them; `{"reference": …, "masks": …}` for other folders.
        settings: nested as in a configuration file, of the judge that reads the labels and of the dataset that it
            learns from, such as `{"preset": "small", "dataset": {"name": "celebamask-hq", "root": "CelebAMask-HQ"}}`.
        device: "cpu", "cuda", "cuda:1" …; by default "auto".
        weights: files by id for the encoders, beside those in `$BENCH_WEIGHTS`.
        plugins: plug-ins to load first, files or modules, beside those that are installed.
        quiet: show no progress on stderr.

    Returns:
        One row per metric: `metric`, `value`, the 95% interval (`low`, `high`) where there is one, `n` images, `min_n`
        that the metric is sound from, and the `reason` why there is no value, or a caution on it. The frame's `attrs`
        hold `num_real`, the images compared with, what else there is to say of the `reference`, what the `judge` is,
        and by folder the `files` that were used and left out.

    Raises:
        InputError: if there is nothing to compare with, a metric is unknown or lacks its folder, or a file is unusable.

    Example:
        >>> import benchmark
        >>> scores = benchmark.score_images("my-faces/images", masks="my-faces/masks", quiet=True)
        >>> list(scores["metric"])
        ['seg-accuracy', 'seg-miou']
        >>> bool(scores["value"].between(0, 1).all())
        True
    """
    if settings and masks is None:
        raise InputError("settings is for reading images against masks: give masks too")
    load_plugins(plugins)
    from benchmark.evaluation.image_folder.score import score_images as scored
    from benchmark.images.label_sets import find_label_set
    from benchmark.images.selection import selections
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter

    found = scored(
        Path(images),
        None if reference is None else Path(reference),
        None if masks is None else Path(masks),
        names_of(metrics),
        selections=selections(match, suffix, recursive=recursive),
        labels=None if labels is None else find_label_set(labels),
        judge=sources_of_arguments({"compute": {"device": device}}, settings),
        device=device or "auto",
        weights=weights_of(weights),
        cache=writable(cache_folder(), "cache folder"),
        reporter=Reporter(quiet=quiet),
    )
    return found.frame()


def load_method(
    name: str,
    checkpoint: PathName | None = None,
    *,
    size: int | None = None,
    preset: str | None = None,
    settings: Settings | None = None,
    device: str = "auto",
    plugins: Iterable[PathName] = (),
) -> LoadedMethod:
    """Load a method to edit images of your own with its `edit`.

    Args:
        name: registered method, with `+VARIANT` for one of its variants.
        checkpoint: a run folder, or one of its `checkpoints/*.pth`, whose options and size are then the method's; or a
            file that the method's authors published. Reference methods need none. Nothing in a file is executed.
        size: side of the images in pixels; by default that of the run, or of the preset.
        preset: whose options the method has where no run tells them; by default "demo".
        settings: any others, nested as in a configuration file, such as `{"options": {"ngf": 64}}` or
            `{"network": "generator"}`, which of the method's networks a published file fills.
        device: "cpu", "cuda", "cuda:1" …
        plugins: plug-ins to load first, files or modules, beside those that are installed.

    Raises:
        InputError: if a trained method has no checkpoint, or the checkpoint is of another method, unfinished, damaged,
            or does not fit; or a setting is wrong.

    Example:
        >>> import benchmark
        >>> method = benchmark.load_method("copy-target", size=256)
        >>> method.label, method.size
        ('copy-target', 256)
    """
    load_plugins(plugins)
    from benchmark.editing.load_method import load_method as loaded

    sources = sources_of_arguments({"preset": preset, "dataset": {"size": size}}, settings)
    return loaded(name, None if checkpoint is None else Path(checkpoint), sources, device)


def _seeds(given: int | Iterable[int]) -> list[int]:
    seeds = [given] if isinstance(given, int) else list(given)
    if not seeds or not all(isinstance(number, int) and number >= 0 for number in seeds):
        raise InputError(f"seed is a number such as 0, or several such as range(3), not {given!r}")
    return seeds
