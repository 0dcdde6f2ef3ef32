"""The application on a real port inside the test's own process, where the test may stop its clock and replace its people."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def answering(app: Flask) -> Iterator[str]:
    """Serve `app` on a free loopback port; gives its address.

    An answer is read whole and closed before any of it is sent: when a browser leaves in the middle, this server
    forgets to close what it was sending, and a file nobody closed is an error in our tests.
    """

    def whole(environ: Any, start_response: Any) -> Iterable[bytes]:
        pieces = app(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    server = make_server("127.0.0.1", 0, whole, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
