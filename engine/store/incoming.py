"""Incoming (tệp đang đến): a file on its way into the store, counted, hashed and bounded."""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from engine.inspection.kinds import too_large


class Incoming:
    """A file on its way in: what is written is counted, hashed and bounded."""

    def __init__(self, path: Path, most: int) -> None:
        self.path, self.size = path, 0
        self._most, self._hash = most, sha256()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self.file: BinaryIO = os.fdopen(handle, "w+b")
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def sha256(self) -> str:
        """Return the hash of what has come in so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> int:
        """Take a block; raise Refusal when the file is larger than the setting allows."""
        self.size += len(block)
        if self.size > self._most:
            raise too_large(self._most)
        self._hash.update(block)
        return self.file.write(block)
