"""Calling (gọi dịch vụ): what can be asked about calls of services; none of it moves a dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FetchServices:
    """Claim calls of topics for a machine (nhận việc tự động): topics to seconds of the lock."""

    topics: Mapping[str, float]
    most: int
    worker: str


@dataclass(frozen=True)
class ExtendService:
    """Lock a claimed call for some seconds from now on (gia hạn giữ việc)."""

    task: str
    lock: str
    seconds: float


@dataclass(frozen=True)
class FailService:
    """Tell that a call failed (báo lỗi); after `retries` more it becomes an incident.

    Without `retries` those that are left count down. It waits for some seconds before the next.
    """

    task: str
    lock: str
    reason: str
    retries: int | None = None
    seconds: float = 0


@dataclass(frozen=True)
class UnlockService:
    """Give a claimed call back (nhả việc)."""

    task: str
    lock: str


@dataclass(frozen=True)
class RetryService:
    """Let a failed call be tried anew (cho chạy lại), decided by an operator."""

    task: str


CallCommand = FetchServices | ExtendService | FailService | UnlockService | RetryService
