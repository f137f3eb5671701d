"""Finished networks of training stages that variants share, kept in the cache under all that decided them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock

from benchmark.caching.fingerprints import fingerprint
from benchmark.results.run_folder import UNFINISHED
from benchmark.runtime.atomic_files import sha256_of
from benchmark.training.checkpoints import read_or_discard, write_checkpoint
from benchmark.training.finished_stages import Baseline
from methods.base import Stage, Trainable


class StageCache:
    """A folder with a file for each shared stage that was trained.

    Args:
        folder: of the files; created where absent.
        decided_by: what decides every stage of a training: method, code, faces, size, seed, compute, hardware.
    """

    def __init__(self, folder: Path, decided_by: Mapping[str, Any]) -> None:
        self.folder = folder
        self.decided_by = decided_by

    def path(self, stage: Stage) -> Path | None:
        """The file of a stage, there or not; None if the stage is not shared."""
        if stage.shared is None:
            return None
        values = {name: _content(value) for name, value in stage.shared.decided_by.items()}
        return self.folder / f"{fingerprint(self.decided_by, asdict(stage), values)[:32]}.pth"

    @contextmanager
    def lock(self, stage: Stage) -> Iterator[None]:
        """Hold the stage's lock, so that processes that need a stage wait for the one that trains it."""
        path = self.path(stage)
        if path is None:
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            yield

    def restore(
        self, stage: Stage, finished: Path, model: Trainable, baseline: Baseline, say: Callable[[str], None]
    ) -> bool:
        """Write a stage's checkpoint as if `model`, which has not begun the stage, had been trained by it.

        Args:
            stage: of the model.
            finished: where the checkpoint goes; a trace of an unfinished training beside it is removed.
            model: lends the networks that the stage leaves alone.
            baseline: the same model, by which the checkpoint leaves out what is found without it.
            say: told where the stage's file is damaged.

        Returns:
            Whether the stage was there: not if it is not shared, not trained yet, or its file is damaged.
        """
        path = self.path(stage)
        kept = None if path is None else read_or_discard(path, say)
        if kept is None:
            return False
        write_checkpoint(finished, baseline.checkpoint(model.state_dict() | kept["state_dict"], kept["meta"]))
        finished.with_name(f"{stage.name}{UNFINISHED}").unlink(missing_ok=True)
        return True

    def save(self, stage: Stage, model: Trainable, meta: Mapping[str, Any]) -> None:
        """Keep the networks of a stage by which `model` was just trained, and what its checkpoint says of it."""
        path = self.path(stage)
        if path is not None and stage.shared is not None:
            prefixes = tuple(f"{name}." for name in stage.shared.networks)
            networks = {key: value for key, value in model.state_dict().items() if key.startswith(prefixes)}
            write_checkpoint(path, {"state_dict": networks, "meta": dict(meta)})


def _content(value: Any) -> Any:
    """A value, or the hash of the file that it names: another file may come to lie there."""
    return sha256_of(Path(value)) if isinstance(value, str) and Path(value).is_file() else value
