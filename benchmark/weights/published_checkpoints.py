"""Which weights of methods were published, and where their authors offer them; nothing is downloaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from registry.cards import Option
from registry.yaml_files import read_yaml

_FACTS: Final = Path(__file__).with_name("published_checkpoints.yaml")
_BYTES_A_PARAMETER: Final = 4


class PublishedCheckpoint(BaseModel):
    """A weights file of a method's network.

    Attributes:
        method: with its variant.
        network: the role that the network has in the method.
        key: what the file calls the network, where it has several.
        file: its name.
        within: the archive or folder that has it.
        page: where its authors offer it.
        parameters: of the network, counted.
        size: side in pixels of the images that it was trained on.
        options: what the method needs beside the preset paper.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: str
    network: str
    key: str | None = None
    file: str
    within: str | None = None
    page: str
    parameters: int | None = None
    size: int
    options: dict[str, Option] = {}
    licence: str
    note: str | None = None

    @property
    def megabytes(self) -> float | None:
        """About what the network takes in float32; None where nobody counted."""
        return None if self.parameters is None else self.parameters * _BYTES_A_PARAMETER / 1e6


class PublishedCheckpoints(BaseModel):
    """All that is known of them.

    Attributes:
        files: those of faces.
        none: by method, why there is none of faces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    files: list[PublishedCheckpoint]
    none: dict[str, str]


@cache
def published_checkpoints() -> PublishedCheckpoints:
    """The published weights of methods, in the order of their methods."""
    return PublishedCheckpoints.model_validate(read_yaml(_FACTS).content)
