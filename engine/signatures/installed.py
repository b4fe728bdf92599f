"""Installed (đã cài): whether this machine has what signing needs, and what to do without it."""

from __future__ import annotations

from importlib.util import find_spec

from engine.errors import NotInstalled


def need_signing() -> None:
    """Raise NotInstalled, saying what to install, where signatures can be neither made nor read."""
    if find_spec("pyhanko") is None:
        raise NotInstalled(
            "Máy chủ chưa có thư viện ký số; quản trị viên hãy cài: "
            "pip install -c constraints.txt '.[signing]'.",
            "This server lacks the library for signatures; the administrator installs it: "
            "pip install -c constraints.txt '.[signing]'.", code="signing-not-installed",
        )
