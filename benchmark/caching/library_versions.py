"""The installed libraries that code computes with, and their versions; nothing is imported to know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Final

COMPUTES_NO_NUMBER: Final = frozenset({"filelock", "mmengine", "pydantic", "pydantic_core", "safetensors", "yaml"})
"""Modules of libraries that check, read, store or organise what others compute."""
_DISTRIBUTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "PIL": ("pillow",),
    "cv2": ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"),
    "dlib": ("dlib-bin", "dlib"),
    "mmcv": ("mmcv-lite", "mmcv"),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "skimage": ("scikit-image",),
}
"""Under which names modules are installed that have others; asking the installer of all takes most of a second."""

Versions = dict[str, str | None]
"""By the name that pip knows; None of a library that is not installed."""


def library_versions(modules: Iterable[str]) -> Versions:
    """The versions of the libraries that top-level modules belong to, without the part that names a build.

    The same release of torch for a processor and for a graphics card is one version.
    """
    counted = sorted(set(modules) - COMPUTES_NO_NUMBER)
    return dict(sorted(_installed(name) for name in counted))


def changed_versions(then: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    """What differs, in words, of libraries that are named on both sides or on one."""
    names = sorted({*then, *now})
    return [
        f"{name} is {now.get(name) or 'not there'} and was {then.get(name) or 'not there'}"
        for name in names
        if then.get(name) != now.get(name)
    ]


@cache
def _installed(module: str) -> tuple[str, str | None]:
    names = _DISTRIBUTIONS.get(module, (module,))
    for name in names:
        if (found := _version(name)) is not None:
            return _plain(name), found
    if module not in _DISTRIBUTIONS:
        for name in packages_distributions().get(module, ()):
            return _plain(name), _version(name)
    return _plain(names[0]), None


def _version(name: str) -> str | None:
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return None


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
