"""Files (kho tệp): the bytes of papers by their SHA-256, in a folder or in a bucket, never in SQL.

A file is written beside its place, flushed, then moved there in one step; read back, it is held
against its hash. What an upload leaves when its process is killed goes with the next upload.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from fsspec.core import url_to_fs

from engine.errors import Corrupt, Invalid, Unavailable
from engine.inspection import Bounds
from engine.store.incoming import Incoming

_BLOCK = 1 << 20
#: Seconds after which a file that nobody writes to any more is what a killed upload has left.
_DEAD = 60
_INCOMING = "incoming"
_INSTALL = 'pip install -c constraints.txt ".[bucket]"'


class Files:
    """The file store at a place: a folder, or the URL of a bucket such as s3://name/prefix.

    `spool` is a folder of this machine for files on their way into a bucket. Raises Invalid for a
    place that cannot be understood, Unavailable where it does not answer.
    """

    def __init__(self, place: str, spool: Path, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self._folder = Path(place).absolute() if "://" not in place else None
        self._fs, self._root = _filesystem(place if self._folder is None else str(self._folder))
        self._spool = (self._folder or spool) / _INCOMING

    @contextmanager
    def receiving(self) -> Iterator[Incoming]:
        """Lend a file to write what comes in; unless it is kept, nothing of it is left behind."""
        with _answering():
            # Papers are personal: nobody else on the machine may look into the folder.
            self._spool.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._spool.mkdir(exist_ok=True)
            self._clear_dead()
            incoming = Incoming(self._spool / f"{uuid4().hex}.part", self.bounds.size)
        try:
            yield incoming
        finally:
            incoming.file.close()
            with suppress(OSError):
                incoming.path.unlink(missing_ok=True)

    def keep(self, incoming: Incoming) -> None:
        """Put a file that came in whole into its place; one that is there already is renewed."""
        with _answering():
            incoming.file.flush()
            os.fsync(incoming.file.fileno())
            target = self._path(incoming.sha256)
            if self._folder is None:
                self._fs.put_file(str(incoming.path), target)
                return
            place = Path(target)
            place.parent.mkdir(parents=True, exist_ok=True)
            incoming.path.replace(place)
            _flush_folder(place.parent)

    def holds(self, name: str, size: int) -> bool:
        """Tell whether a file of that name and size lies in its place; its bytes are not read."""
        try:
            with _answering():
                return bool(self._fs.info(self._path(name))["size"] == size)
        except FileNotFoundError:
            return False

    def reading(self, name: str, size: int) -> BinaryIO:
        """Return a stored file, open at its begin, after its bytes were held against their hash.

        Raises Corrupt when it is gone or holds other bytes than were stored.
        """
        try:
            with _answering():
                file: BinaryIO = self._fs.open(self._path(name), "rb")
        except FileNotFoundError as error:
            raise _lost(name, "is gone", "không còn trong kho") from error
        found, count = sha256(), 0
        with _answering():
            while block := file.read(_BLOCK):
                found.update(block)
                count += len(block)
            if (found.hexdigest(), count) != (name, size):
                file.close()
                raise _lost(name, "holds other bytes than were stored", "đã bị sửa trong kho")
            file.seek(0)
        return file

    def need_writable(self) -> None:
        """Raise Unavailable unless a file could be kept now: one is written and taken away."""
        with self.receiving() as incoming, _answering():
            incoming.write(b"?")
            incoming.file.flush()
            if self._folder is None:
                trial = f"{self._root}/{_INCOMING}/{uuid4().hex}"
                self._fs.put_file(str(incoming.path), trial)
                self._fs.rm_file(trial)

    def stored(self) -> Iterator[tuple[str, int]]:
        """Yield hash and size of every file in its place."""
        with _answering(), suppress(FileNotFoundError):
            for path, told in self._fs.find(self._root, detail=True).items():
                name = path.rsplit("/", 1)[-1]
                if len(name) == 64 and f"/{_INCOMING}/" not in path:
                    yield name, int(told["size"])

    def remove(self, name: str) -> None:
        """Take a file away."""
        with _answering(), suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name[2:4]}/{name}"

    def _clear_dead(self) -> None:
        """Take away what killed uploads have left: old, and locked by nobody that lives."""
        for path in self._spool.glob("*.part"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime < _DEAD:
                    continue
                with path.open("rb") as left:
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def _filesystem(place: str) -> tuple[Any, str]:
    try:
        # What another process has put there since must be seen.
        found, root = url_to_fs(place, use_listings_cache=False)
    except ImportError as error:
        raise Invalid(
            f"Kho tệp {_shown(place)} cần gói bổ sung; hãy cài: {_INSTALL}.",
            f"The file store {_shown(place)} needs a package more: {_INSTALL}.",
            code="files-place",
        ) from error
    except ValueError as error:
        raise Invalid(
            f"Không hiểu nơi chứa tệp {_shown(place)}: hãy ghi một thư mục hoặc s3://tên-kho.",
            f"The file store {_shown(place)} cannot be understood: a folder, or s3://bucket.",
            code="files-place",
        ) from error
    return found, str(root).rstrip("/")


def _shown(place: str) -> str:
    """Return a place without what may be a secret in it."""
    return place.partition("?")[0].rpartition("@")[2]


@contextmanager
def _answering() -> Iterator[None]:
    """Turn every failure of the place itself into Unavailable; one that is gone stays told."""
    try:
        yield
    except (FileNotFoundError, Corrupt, Invalid):
        raise
    except Exception as error:  # a bucket's library raises errors of many families
        raise Unavailable(
            "Kho tệp không trả lời hoặc không ghi được; chưa có gì được lưu, hãy thử lại sau.",
            "The file store does not answer or cannot be written; nothing was kept, try later.",
            code="files-unavailable", reason=type(error).__name__,
        ) from error


def _flush_folder(folder: Path) -> None:
    """Let the new name of a file outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lost(name: str, en: str, vi: str) -> Corrupt:
    return Corrupt(
        f"Tệp của giấy tờ {vi}; hãy báo người quản trị.",
        f"The file of this paper {en}; tell an administrator.", code="file-lost", sha256=name,
    )
