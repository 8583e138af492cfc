"""A server on loopback that stands for AWS: it counts what reaches it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pytest_secretsdelete._botocore.sessions import new_session

from ..support import REGION

if TYPE_CHECKING:
    from typing_extensions import Self

KEYS = {"aws_access_key_id": "AKIAREAL", "aws_secret_access_key": "real", "region_name": REGION}


class Listener(ThreadingHTTPServer):
    """Answers every request with a secret of its own, and remembers who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.requests: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def client(self, **options: Any) -> Any:
        """Return a client with keys of its own, whose calls end here unless somebody answers them before."""
        return new_session().create_client("secretsmanager", endpoint_url=self.url, **KEYS, **options)


class _Answering(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        """Answer."""
        self.server.requests.append(self.headers.get("X-Amz-Target", ""))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b'{"Name":"from the network","SecretList":[]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""
