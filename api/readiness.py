"""Readiness (sẵn sàng phục vụ): what this server can do now, and what it says where it cannot.

What it cannot serve without raises Unavailable, so that traffic goes to another server. What only
waits or is done elsewhere, such as background work, is told among the findings: were every server
to refuse for it, nobody could work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.places import identity_of
from api.wiring import Services
from engine.audit.signing import read_seal
from engine.errors import Invalid, MotcuaError, Unavailable
from engine.store import workers
from engine.store.schema import need_newest

#: Starts of the worker beside this server that ended at once, after which it is told.
MANY = 2


def readiness(services: Services) -> Mapping[str, Any]:
    """Return status, workers heard lately, and findings with `code`, `vi` and `en`.

    Raises Unavailable where database, schema, this node's keys or the file store are not usable.
    """
    with services.store.reading() as connection:
        need_newest(connection)
        alive = workers.alive(connection)
        heard = workers.last_heard(connection)
    try:
        identity_of(services.settings)
        services.files.need_writable()
    except Invalid as error:
        raise Unavailable(error.vi, error.en, code=error.code) from error
    found = [
        {"code": one.code, "vi": one.vi, "en": one.en}
        for one in (*_background(services, alive), *_seal(services))
    ]
    return {
        "status": "degraded" if found else "ready", "workers": alive,
        "last_heard": heard.isoformat() if heard else None, "findings": found,
    }


def _background(services: Services, alive: int) -> Iterator[MotcuaError]:
    if alive == 0:
        yield Unavailable(
            "Không có tiến trình nền nào lên tiếng trong một phút qua: hẹn giờ và chuyển phát "
            "đang chờ. Hãy xem motcua worker.",
            "No background worker was heard for a minute: timers and deliveries wait. Look at "
            "motcua worker.", code="no-worker",
        )
    failures = services.worker_failures()
    if failures >= MANY:
        yield Unavailable(
            f"Tiến trình nền kèm máy chủ này đã {failures} lần liền dừng ngay khi chạy; nhật ký "
            "của máy chủ nói vì sao.",
            f"The worker beside this server ended at once {failures} times in a row; the server's "
            "log says why.", code="worker-failing",
        )


def _seal(services: Services) -> Iterator[MotcuaError]:
    """Yield what keeps this machine from sealing: no request needs it, the nightly job does."""
    if services.settings.checkpoint_key is None:
        return
    try:
        read_seal(services.settings.checkpoint_key)
    except Invalid as error:
        yield error
