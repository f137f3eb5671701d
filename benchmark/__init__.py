"""Compare face-editing methods from Python: run them, read their tables, and edit and score images.

Nothing heavy is imported before a function needs it, so that `import benchmark` costs nothing. The examples are run as
tests, in a folder with a few faces in `my-faces` and finished runs in `runs`, and with settings that make a run last
seconds put under those given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.api import (
        claims,
        compare,
        export_tasks,
        gallery,
        groups,
        import_edits,
        leaderboard,
        list_methods,
        load_method,
        operating_points,
        photo,
        run,
        score_images,
        score_runs,
    )

    __version__: str

__all__ = [
    "claims",
    "compare",
    "export_tasks",
    "gallery",
    "groups",
    "import_edits",
    "leaderboard",
    "list_methods",
    "load_method",
    "operating_points",
    "photo",
    "run",
    "score_images",
    "score_runs",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from benchmark import api

        return getattr(api, name)
    if name == "__version__":
        from benchmark.runtime.version import installed_version  # imported here: most users never ask

        return installed_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])
