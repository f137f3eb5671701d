"""The page of published weights: which files there are, and which network each fills."""

from __future__ import annotations

from markup import code, escaped, table

from benchmark.weights.published_checkpoints import PublishedCheckpoint, published_checkpoints

INTRO = """# Published weights of methods

Weights of faces that the authors of a method, or of a port of it, offer; `bench checkpoints list` prints the same.
Nothing is downloaded: licences and pages change, so fetch a file from its page and see to its terms. Sizes are counted,
four bytes a parameter; files hold little more.

`bench checkpoints check FILE` says which network of which method a file fills, with every tensor used and none missing,
at which options, and edits a rendered face with it. It looks at the networks as they were published, the preset
`paper`. Files of `torch.save`, old and new, and of safetensors are read, in half precision too, under prefixes such as
`module.` and `_orig_mod.`, and beside optimisers; nothing in them is executed.
"""


def page() -> str:
    """Every published file, and the methods of which there is none of faces."""
    found = published_checkpoints()
    files = table(
        ["method", "network", "file", "size", "trained at", "options beside the preset `paper`", "licence"],
        map(_row, found.files),
    )
    none = table(["method", "why no file is listed"], ([code(name), escaped(why)] for name, why in found.none.items()))
    return "\n".join([INTRO, "## Files\n", files, "## None of faces\n", none])


def _row(file: PublishedCheckpoint) -> list[str]:
    network = f"{file.key}:{file.network}" if file.key else file.network
    within = f" in {escaped(file.within)}" if file.within else ""
    note = f"; {escaped(file.note)}" if file.note else ""
    options = ", ".join(f"{name}={value}" for name, value in file.options.items())
    return [
        code(file.method),
        code(network),
        f"[{code(file.file)}]({file.page}){within}{note}",
        "" if file.megabytes is None else f"about {file.megabytes:.0f} MB",
        f"{file.size}²",
        code(options),
        escaped(file.licence),
    ]
