"""`benchmark.photo`: a photograph's face edited by several methods, as `bench photo` does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.photographs.edit_photo import PhotoEdits

PathName = str | PathLike[str]


def photo(
    image: PathName,
    methods: str | Iterable[str] = (),
    *,
    attributes: Mapping[str, bool | int] | None = None,
    strength: float = 1.0,
    mask: PathName | None = None,
    style: PathName | None = None,
    hide: PathName | None = None,
    face: int = 1,
    face_mask: PathName | None = None,
    labels: str | None = None,
    runs: PathName = "runs",
    dataset: str | None = None,
    device: str = "auto",
    weights: Mapping[str, PathName] | None = None,
    out: PathName | None = None,
    quiet: bool = False,
) -> PhotoEdits:
    """Find the face of a photograph, align and parse it, edit it by each method, and put each edit back.

    Without an edit (`attributes`, `mask`, `style` or `hide`) the face is aligned and parsed alone.

    Args:
        image: the photograph.
        methods: with variants, as they have finished runs in `runs`, or run folders; a method that needs no training,
            such as "telea", needs no run. The parser and the judge of attributes are those of the first run.
        attributes: by name, with the value that the result is to have: CelebA's, and those that the faces of the first
            run have beside them. Methods that follow masks take the part that carries one from the face of `style`.
        strength: how far the edit is to go: 0 leaves the face, 1 is the whole edit.
        mask: label map that the aligned face is to have, such as an edited `mask.png`.
        style: photograph of another face, which lends its attribute, or, where none is asked for, its style.
        hide: picture, white where the face is to be filled anew, over the photograph or the aligned face.
        face: which of several faces, the largest being 1.
        face_mask: label map of the aligned face, in place of the parser's.
        labels: how the label maps say their labels, as for `score_images`.
        runs: folder of all runs.
        dataset: the dataset, where methods have runs on several.
        device: "cpu", "cuda", "cuda:1" …
        weights: files by id for the landmarks, the networks that place points, and published judges, beside those in
            `$BENCH_WEIGHTS`.
        out: folder to write everything into; nothing is written where it is left out.
        quiet: show no progress on stderr.

    Returns:
        The aligned face (`aligned`), its `mask`, and by method in `edits` the edited face, the whole photograph, or the
        reason why there is none.

    Raises:
        InputError: if a file cannot be used, no face is found, or no method can do the edit.

    Example:
        >>> import benchmark
        >>> found = benchmark.photo("my-photo.png", "copy-target", attributes={"Smiling": True}, quiet=True)
        >>> found.aligned.shape
        (64, 64, 3)
        >>> bool((found.edits["copy-target"].photograph == found.face.photograph).all())
        True
    """
    from benchmark.images.label_sets import find_label_set
    from benchmark.images.read import read_image
    from benchmark.photographs.detect import face_finder, finder_files
    from benchmark.photographs.edit_photo import PhotoEditor
    from benchmark.photographs.load_methods import choose_methods, load_all
    from benchmark.photographs.read_face import FaceReader
    from benchmark.photographs.request import EditRequest, read_face_mask, read_hidden
    from benchmark.photographs.write_edits import write_edits
    from benchmark.runtime.cache_folder import cache_folder, writable
    from benchmark.runtime.progress import Reporter
    from benchmark.runtime.version import installed_version
    from benchmark.weights.locate import Weights

    photograph = Path(image)
    label_set = None if labels is None else find_label_set(labels)
    chosen = choose_methods([methods] if isinstance(methods, str) else list(methods), Path(runs), dataset)
    request = EditRequest(
        attributes={name: bool(value) for name, value in (attributes or {}).items()},
        strength=strength,
        mask=None if mask is None else read_face_mask(Path(mask), label_set),
        hidden=None if hide is None else read_hidden(Path(hide), read_image(photograph).shape[:2]),
    )
    parts = None if face_mask is None else read_face_mask(Path(face_mask), label_set)
    found_weights = Weights(named={id: Path(file) for id, file in (weights or {}).items()})
    run = next((method.run for method in chosen if method.run is not None), None)
    reader = None
    if run is not None:
        cache = writable(cache_folder(), "cache folder")
        reader = FaceReader(run, device, cache, Reporter(quiet=quiet), found_weights)
    editor = PhotoEditor(face_finder(found_weights), load_all(chosen, device), reader)
    style_path = None if style is None else Path(style)
    edits = editor.edit(photograph, request, number=face, parts=parts, style=style_path)
    if out is not None:
        record = {
            "photograph": photograph.name,
            "face": face,
            "found_by": {file.id: file.sha256 for file in finder_files(found_weights)},
            "runs": {method.label: None if method.run is None else str(method.run) for method in chosen},
            "parser": None if reader is None or parts is not None else reader.title,
            "benchmark_version": installed_version(),
        }
        write_edits(Path(out), edits, record)
    return edits
