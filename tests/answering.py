"""Servers of tests (máy chủ của bài thử): answering in a thread of their own, stopped at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer

#: Seconds between looks at whether to stop: half a second by default, for which each test waits.
LOOK = 0.02


@contextmanager
def answering(server: BaseServer) -> Iterator[str]:
    """Let a server answer until the block ends; yield its address."""
    thread = threading.Thread(target=server.serve_forever, args=(LOOK,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
