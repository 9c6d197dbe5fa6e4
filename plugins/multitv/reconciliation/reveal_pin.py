"""Reveals a PIN to a person, who reads it out to the client: recorded first, and limited by the hour.

Logs who reached the limit; never logs a PIN.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.extra_fields import PIN_FIELD
from multitv.reconciliation.errors import InvalidAuthor, NoPin, TooManyReveals
from multitv.reconciliation.pins import Pins
from multitv.settings import Settings

log = logging.getLogger(__name__)

_AUTHOR_LENGTH = 200


def reveal(engine: Engine, author: str, client_plan_id: int, settings: Settings) -> SecretStr:
    """Record in tv.pin_reveal that `author` sees the PIN of a client plan, then return it.

    Raises InvalidAuthor, TooManyReveals, NoPin, MissingPinKey (none of the keys opens it), DatabaseUnavailable; no PIN
    is then returned, and no row written.
    """
    by = author.strip()
    if not by or len(by) > _AUTHOR_LENGTH or not by.isprintable():
        raise InvalidAuthor("invalid_author", greatest=_AUTHOR_LENGTH)
    pins = Pins(settings.pin_keys)
    with transaction(engine) as connection:
        _refuse_too_many(connection, by, client_plan_id, settings)
        stored = connection.scalar(
            named("reconciliation/read_field"), {"client_plan_id": client_plan_id, "name": PIN_FIELD}
        )
        if stored is None:
            raise NoPin("no_pin", client_plan=client_plan_id, name=PIN_FIELD)
        pin = pins.decrypt(stored)
        connection.execute(named("reconciliation/insert_pin_reveal"), {"author": by, "client_plan_id": client_plan_id})
    return pin


def _refuse_too_many(connection: Connection, author: str, client_plan_id: int, settings: Settings) -> None:
    """Raise TooManyReveals at the person's limit; blocks their other reveals until the transaction ends."""
    connection.execute(named("reconciliation/lock_pin_reveals"), {"author": author})
    allowed = settings.pin_reveals_per_hour
    reached = connection.execute(
        named("reconciliation/next_pin_reveal"), {"author": author, "allowed": allowed}
    ).one_or_none()
    if reached is None:
        return
    log.warning(
        "%r was shown %d PINs within an hour, as many as MULTITV_PIN_REVEALS_PER_HOUR allows: the PIN of client plan "
        "%d was refused, and any other until %s. Look into tv.pin_reveal whether this person had a reason for so many.",
        author,
        allowed,
        client_plan_id,
        f"{reached.again_at:%Y-%m-%d %H:%M:%S %Z}",
    )
    # Rounded up to the full minute, when they are no longer refused.
    again = reached.again_at.astimezone(settings.timezone) + timedelta(seconds=59, microseconds=999_999)
    raise TooManyReveals("too_many_reveals", retry_after=max(1, reached.seconds), allowed=allowed, again=again)
