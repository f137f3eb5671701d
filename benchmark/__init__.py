"""The harness: experiments, data, training, editing, scoring and their results."""


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from benchmark.runtime.version import installed_version  # imported here: most users never ask

    return installed_version()
