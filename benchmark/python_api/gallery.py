"""`benchmark.gallery`: the page of every edit of every method; imports nothing heavy before it is called."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmark.python_api.arguments import PathName
from benchmark.python_api.selected_runs import selected_runs


def gallery(
    runs: PathName | Iterable[PathName] = "runs",
    out: PathName = "gallery",
    *,
    dataset: str | None = None,
    protocol: str | None = None,
    methods: str | Iterable[str] | None = None,
    metrics: str | Iterable[str] | None = None,
    quiet: bool = False,
) -> Path:
    """Write the page on which all methods' edits of all tasks can be looked through, as `bench gallery` does.

    A result that cannot be read is left out with a warning.

    Args:
        runs: folder of runs, or a glob of run folders or result files; or several.
        out: folder to write to; what lies there of a gallery is gone on with.
        dataset: only this dataset.
        protocol: only this protocol.
        methods: only these learned methods; reference methods stay.
        metrics: only these metrics.
        quiet: show no progress on stderr.

    Returns:
        The page, which opens from disk; its files lie beside it.

    Raises:
        InputError: if there are no results, or none with edits of what was asked for.

    Example:
        >>> import benchmark
        >>> benchmark.gallery("runs", "gallery", protocol="style-copy", quiet=True).as_posix()
        'gallery/gallery.html'
    """
    from benchmark.runtime.progress import Reporter
    from reports.gallery.write import write_gallery

    selected = selected_runs(runs, dataset, protocol, methods, metrics)
    return write_gallery(selected, Path(out), Reporter(quiet=quiet))
