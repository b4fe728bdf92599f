"""Ready to start (sẵn sàng): refuse where work could not be done: files, database, schema."""

from __future__ import annotations

from api.places import application_url, clock_of, identity_of, owner_url, portal_of
from api.settings import Settings
from engine.errors import Invalid
from engine.store import Store, node_keys
from engine.store.migrate import migrate
from engine.store.schema import need_newest


def make_ready(settings: Settings) -> None:
    """Migrate an embedded database; raise Invalid or Unavailable where something is not ready.

    The public keys of this node are entered where they are new, so that its signatures can be
    checked when it signs by others.
    """
    if settings.embedded:
        migrate(owner_url(settings))
    keyring = identity_of(settings)
    try:
        now = clock_of(settings).now()
    except (OSError, ValueError) as error:
        raise Invalid(
            f"Không đọc được giờ trong {settings.clock_file}: {error}.",
            f"The time in {settings.clock_file} cannot be read: {error}.", code="clock-unreadable",
        ) from error
    portal_of(settings)
    store = Store(application_url(settings))
    try:
        with store.unit() as unit:
            need_newest(unit.connection)
            if keyring is not None:
                identity = keyring()
                node_keys.record(unit.connection, identity.node, identity.public(), now)
                unit.commit()
    finally:
        store.close()
