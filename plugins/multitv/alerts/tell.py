"""Looks for what needs a person, and tells each channel what it was not told yet, in one message.

What was told is written after the message was sent: who is killed in between sends it again, and nothing is lost.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from multitv.alerts import failures
from multitv.alerts.channels import Channel, open_channels
from multitv.alerts.errors import AlertKindsFailed, AlertNotSent
from multitv.alerts.failures import Failure
from multitv.alerts.kept import Direct
from multitv.alerts.kinds import KINDS, KnownOfAirflow, parameters_of
from multitv.alerts.messages import Alert, message
from multitv.database.engine import explained
from multitv.database.locks import try_session_lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.settings import Settings

log = logging.getLogger(__name__)

LOCK = "alerts"
REMIND_AFTER = timedelta(hours=24)
# A view of the ERP that hangs must not keep the other alerts back.
KIND_MILLISECONDS = 20_000
NOTHING_KNOWN = KnownOfAirflow()


@dataclass(frozen=True)
class Told:
    """What a run did: the alerts that are open, and how many messages were sent."""

    open: int
    messages: int


def tell(
    engine: Engine, settings: Settings, base_url: str, now: datetime, known: KnownOfAirflow = NOTHING_KNOWN
) -> Told | None:
    """Bring the alerts up to date and tell every channel its news. None: another run is at it.

    `base_url` is the address at which people open Airflow, `known` what it told. Raises BadAlertUrl, before anything is
    done; AlertNotSent and AlertKindsFailed, after everything else was; DatabaseUnavailable.
    """
    channels = open_channels(settings.alert_urls)
    with explained(engine.url), try_session_lock(engine, LOCK) as connection:
        if connection is None:
            log.warning("Another run tells alerts at this moment: this one does nothing.")
            return None
        failed = _look(connection, settings, now, known)
        with connection.begin():
            news = _news(connection, "", now)
        _log(news, settings, base_url)
        sent, refused = 0, []
        for channel in channels:
            taken = _tell(connection, channel, settings, base_url, now)
            sent += taken is True
            refused += [channel.name] if taken is False else []
    if refused:
        raise AlertNotSent(
            f"{', '.join(refused)} of MULTITV_ALERT_URLS did not take a message; the next run sends it. If this keeps "
            "failing, see that the service is up and reached from here, and that the address is still right."
        )
    if failed:
        raise AlertKindsFailed(f"These alerts could not be looked for: {', '.join(failed)}. The others were told.")
    return Told(len(news.open), sent)


@dataclass(frozen=True)
class _News:
    """What a channel is to be told: `new`, `over`, and what it was told before and is `still` open."""

    new: list[Alert]
    over: list[Alert]
    still: list[Alert]
    remind: bool

    @property
    def open(self) -> list[Alert]:
        return self.new + self.still


def take_up(engine: Engine, failed: Sequence[Failure], told: Sequence[Direct], settings: Settings) -> bool:
    """Record failures that the database did not take at the time, and which channels know of them.

    Returns False, and does nothing, while another run tells alerts. Raises DatabaseUnavailable.
    """
    now = datetime.now(UTC)
    with explained(engine.url), try_session_lock(engine, LOCK) as connection:
        if connection is None:
            return False
        failures.record(engine, *failed)
        with connection.begin():
            _look_for(connection, "task_failed", settings, now, NOTHING_KNOWN)
            for direct in told:
                given = {"key": direct.failure.key, "channels": list(direct.channels), "told_at": direct.at}
                connection.execute(named("alerts/mark_told_directly"), given)
    return True


def _look(
    connection: Connection, settings: Settings, now: datetime, known: KnownOfAirflow = NOTHING_KNOWN
) -> list[str]:
    """Update the alerts of each kind in a transaction of its own. Return the kinds that failed and stay as they are."""
    failed = []
    for kind in filter(known.tells, KINDS):
        try:
            with connection.begin():
                _look_for(connection, kind, settings, now, known)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            log.error("The alerts %s could not be looked for: %s", kind, error.orig)
            failed.append(kind)
    return failed


def _look_for(connection: Connection, kind: str, settings: Settings, now: datetime, known: KnownOfAirflow) -> None:
    today = now.astimezone(settings.timezone).date()
    connection.execute(named("database/limit_statements"), {"milliseconds": KIND_MILLISECONDS})
    rows = connection.execute(named(f"alerts/{kind}"), parameters_of(kind, settings, today, now, known))
    found = json.dumps([dict(row._mapping) for row in rows], default=str)
    connection.execute(named("alerts/record"), {"kind": kind, "now": now, "found": found})


def _tell(connection: Connection, channel: Channel, settings: Settings, base_url: str, now: datetime) -> bool | None:
    """Tell a channel its news. Return whether it took them, None if there are none."""
    with connection.begin():
        news = _news(connection, channel.id, now)
    still = news.still if news.remind else []
    if not (news.new or news.over or still):
        return None
    title, body = message(news.new, news.over, still, base_url=base_url, timezone=settings.timezone)
    if not channel.send(title, body):
        return False
    with connection.begin():
        told, over = _ids(news.new + still), _ids(news.over)
        connection.execute(named("alerts/mark_told"), {"channel": channel.id, "now": now, "told": told, "over": over})
    log.info("%s took a message: %s.", channel.name, title)
    return True


def _news(connection: Connection, channel: str, now: datetime) -> _News:
    parameters = {"channel": channel, "now": now, "remind_after": REMIND_AFTER}
    rows = connection.execute(named("alerts/to_tell"), parameters).all()
    of = {news: [read_as(Alert, row) for row in rows if row.news == news] for news in ("new", "over", "still")}
    return _News(of["new"], of["over"], of["still"], any(row.remind for row in rows))


def _ids(alerts: Sequence[Alert]) -> list[int]:
    return [alert.id for alert in alerts]


def _log(news: _News, settings: Settings, base_url: str) -> None:
    if not news.open:
        log.info("# Alertas\n\nNenhum alerta está aberto.")
        return
    # All of them, where a message has its limits.
    told = [message([alert], [], [], base_url=base_url, timezone=settings.timezone)[1] for alert in news.open]
    log.warning("# Alertas abertos\n\n%s", "\n\n".join(told))
