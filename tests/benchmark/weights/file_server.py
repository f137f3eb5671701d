"""A real HTTP server on loopback that misbehaves as servers do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """Serves `content` under every path.

    Attributes:
        drop_after: close the connection after so many bytes of an answer; None sends all of it.
        drops: so many answers are cut so; those after are whole.
        failures: so many requests are answered 503 first.
        ranges: answer requests for the rest of a file with it; else with the whole file.
        redirect: send every request on to this address.
        asked: the `Range` of each request.
        sent: bytes of content of all answers.
    """

    content: bytes
    drop_after: int | None = None
    drops: int = 1000
    failures: int = 0
    ranges: bool = True
    redirect: str | None = None
    asked: list[str | None] = field(default_factory=list)
    sent: int = 0
    url: str = ""


@contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    """Serve for the length of the block, `server.url` being the address of the file."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            server.asked.append(wanted)
            if server.redirect is not None:
                self.send_response(302)
                self.send_header("Location", server.redirect)
                self.end_headers()
                return
            if server.failures:
                server.failures -= 1
                self.send_error(503)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
            if start and start >= len(server.content):
                self.send_error(416)
                return
            body = server.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if server.drop_after is not None and server.drops:
                server.drops -= 1
                body = body[: server.drop_after]
            self.wfile.write(body)
            server.sent += len(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}/weights.pth"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
