"""Mean and covariance of a set's features as a file, of the form that pytorch-fid and clean-fid read and write."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.checked_files import DamagedFileError, read_arrays
from benchmark.runtime.regular_files import check_regular
from registry.errors import InputError

MAX_BYTES: Final = 2**32
"""Of the arrays of a file: a covariance of 23,000 dimensions."""
ROUNDING: Final = 1e-3
"""Relative difference of a covariance from its transpose that single precision may leave."""


@dataclass(frozen=True)
class Gaussian:
    """The Gaussian that is fitted to a set's features.

    Attributes:
        mean: (D,).
        covariance: (D, D), unbiased.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @property
    def dimensions(self) -> int:
        """D."""
        return len(self.mean)


def read_gaussian(path: Path) -> Gaussian:
    """Read `mu` and `sigma` of an `.npz` file; nothing in it is executed.

    Raises:
        InputError: if it is no such file, or its arrays are no mean and covariance.
    """
    try:
        check_regular(path)
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_BYTES:
            raise InputError(
                f"{path}: its arrays have {size:,} bytes; statistics of features have {MAX_BYTES:,} at most"
            )
        arrays = read_arrays(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file of statistics") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except MemoryError as error:
        raise InputError(f"{path}: its arrays claim more than this machine's memory") from error
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error if isinstance(error, DamagedFileError) else f"{path} is no .npz file"
        raise InputError(f"{reason}; give one with mu and sigma, as pytorch-fid's --save-stats writes it") from error
    if missing := [name for name in ("mu", "sigma") if name not in arrays]:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{path}: has no {' and no '.join(missing)} but {found}; pytorch-fid's statistics have both")
    return _checked(path, arrays["mu"], arrays["sigma"])


def _checked(path: Path, mean: NDArray[np.generic], covariance: NDArray[np.generic]) -> Gaussian:
    for name, array in (("mu", mean), ("sigma", covariance)):
        if array.dtype.kind not in "fiu":
            raise InputError(f"{path}: {name} is of {array.dtype}, where numbers were expected")
    if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)):
        raise InputError(
            f"{path}: mu is {mean.shape} and sigma {covariance.shape}, where (D,) and (D, D) were expected"
        )
    exact = Gaussian(mean.astype(np.float64), covariance.astype(np.float64))
    if not (np.isfinite(exact.mean).all() and np.isfinite(exact.covariance).all()):
        raise InputError(f"{path}: mu or sigma has values that are not finite")
    largest = float(np.abs(exact.covariance).max(initial=0.0))
    if not np.allclose(exact.covariance, exact.covariance.T, rtol=0, atol=ROUNDING * largest):
        raise InputError(f"{path}: sigma is no covariance: it is not symmetric")
    if (exact.covariance.diagonal() < -ROUNDING * largest).any():
        raise InputError(f"{path}: sigma is no covariance: it has negative variances")
    return exact


def write_gaussian(path: Path, gaussian: Gaussian) -> None:
    """Write `mu` and `sigma` in float64, atomically."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, mu=gaussian.mean, sigma=gaussian.covariance)
