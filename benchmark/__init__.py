"""The harness: experiments, data, training, editing, scoring and their results."""

DISTRIBUTION = "face-editing-benchmark"


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version  # imported here: most users never ask

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"  # a source tree on the path that nobody installed
