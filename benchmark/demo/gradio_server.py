"""The page's server: gradio's queues in front of what answers, and the files of a page that asks no other host."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmark.demo import page
from benchmark.demo.app import DemoApp, Message
from registry.errors import InputError

_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def server_of(app: DemoApp) -> Any:
    """A gradio server that answers the page; a method's queue is its own, so that a slow one holds up no other.

    Raises:
        InputError: if gradio is not installed.
    """
    if find_spec("gradio") is None:
        raise InputError("the page needs gradio, which is not installed: pip install 'face-editing-benchmark[demo]'")
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}  # read at its import
    import gradio

    server = gradio.Server(title="bench demo", docs_url=None, redoc_url=None, openapi_url=None)
    for file in resources.files(page).iterdir():
        if kind := _TYPES.get(Path(file.name).suffix):
            _add_file(server, "/" if file.name == "index.html" else f"/page/{file.name}", file.read_bytes(), kind)
    answers = {
        "facts": app.facts,
        "dataset_face": app.dataset_face,
        "photograph": app.photograph,
        "figures": app.figures,
        "preset": app.preset,
        "save": app.save,
    }
    for name, answer in answers.items():
        _add_queue(server, name, name, answer)
    for number in range(len(app.methods)):
        _add_queue(server, f"edit_{number}", f"method_{number}", partial(app.edit, number))
        _add_queue(server, f"strip_{number}", f"method_{number}", partial(app.strip, number))
    return server


def serve(app: DemoApp, host: str, port: int | None, *, share: bool) -> None:
    """Answer until Ctrl-C.

    Args:
        app: what answers.
        host: address to listen at.
        port: None for the first free one from 7860.
        share: whether to have gradio open the page to the internet.

    Raises:
        InputError: if gradio is not installed, or the port is taken.
    """
    server = server_of(app)
    try:
        try:
            _, local, shared = server.launch(
                server_name=host, server_port=port, share=share, quiet=True, prevent_thread_lock=True, ssr_mode=False
            )
        except OSError as error:
            raise InputError(f"--port {port}: {error}") from error
        print(shared or local, flush=True)
        server.blocks.block_thread()
    finally:
        app.close()


def _add_file(server: Any, path: str, content: bytes, kind: str) -> None:
    from fastapi import Response

    def file() -> Any:
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    file.__annotations__ = {"return": Response}
    server.get(path)(file)


def _add_queue(server: Any, name: str, queue: str, answer: Callable[[Message], Awaitable[Message]]) -> None:
    """Answer messages to a name, one of a queue at a time."""
    import gradio

    async def endpoint(message: Message) -> Message:
        try:
            return await answer(message)
        except InputError as error:
            raise gradio.Error(str(error), print_exception=False) from error

    endpoint.__annotations__ = {"message": dict, "return": dict}  # gradio reads types, not their names
    server.api(endpoint, name=name, concurrency_id=queue, concurrency_limit=1)
