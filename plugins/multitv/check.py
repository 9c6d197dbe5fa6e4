"""Checks an installation, and says of whatever is wrong what to do: `python -m multitv.check`.

The first task of each DAG run does the same for what its DAG needs: a bad installation fails there, before anything is
read or written, instead of somewhere in the middle.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from multitv import console
from multitv.alerts.channels import open_channels
from multitv.beenius.pool import POOLS, api_server, state_of
from multitv.database import schema
from multitv.database.engine import SchemaMissing, explained, place, task_engine
from multitv.database.roles import PIPELINE
from multitv.database.sql import named
from multitv.errors import MultiTVError, PermanentError, TransientError
from multitv.extra_fields import PIN_FIELD
from multitv.reconciliation.pins import Pins
from multitv.reports.platform_requests import counted_client
from multitv.settings import Settings, get_settings

# Not __name__, which is __main__ where this is a command.
log = logging.getLogger("multitv.check")

# A worker's clock that is wrong by more than this may bill another day than the database would.
MOST_SKEW = timedelta(minutes=5)
# From Fernando de Noronha to Acre, with an hour more in case of summer time.
OFFSETS = (timedelta(hours=-5), timedelta(hours=-1))


class PoolMissing(PermanentError):
    """There is no pool of our name, or it has no slots: tasks in it would wait for ever."""


class DatabaseReadOnly(TransientError):
    """The ISP's database takes no writes: it is set read-only, or a standby, as for a moment in a switchover."""


class PooledByTransaction(PermanentError):
    """Between us and the database stands a pooler that gives a session's transactions to several servers."""


class RightsMissing(PermanentError):
    """The login of the tasks may not do what tasks do."""


class ClockWrong(PermanentError):
    """This machine's clock and the database's differ."""


class TimeZoneWrong(PermanentError):
    """MULTITV_TIMEZONE is no time zone of Brazil."""


class FolderNotWritable(PermanentError):
    """A folder that tasks write to is missing, read-only or full."""


class InstallationWrong(PermanentError):
    """Several things are wrong with the installation."""


def require(settings: Settings, *, platform: bool = False, pool: str | None = None) -> None:
    """Raise what is wrong with the installation: the error itself, or InstallationWrong, which tells all of them.

    `platform`: the TV platform and the keys for PINs are needed as well; `pool`: so is the Airflow pool of this name.
    """
    wrong = [error for _, error in findings(settings, platform=platform, pools=[pool] if pool else []) if error]
    permanent = [error for error in wrong if isinstance(error, PermanentError)]
    if len(permanent) > 1:
        raise InstallationWrong(" ".join(f"({number}) {error}" for number, error in enumerate(permanent, 1)))
    if wrong:
        raise (permanent or wrong)[0]


def findings(
    settings: Settings, *, platform: bool, pools: Sequence[str], alerts: bool = False
) -> Iterator[tuple[str, MultiTVError | None]]:
    """Yield each thing that was checked, with what is wrong with it."""
    steps: dict[str, Callable[[], None]] = {
        "the time zone": lambda: _time_zone(settings),
        "the folders": lambda: _folders(settings),
        "the ISP's database": lambda: _database(task_engine(), settings if platform else None),
    }
    if platform:
        steps["the keys for PINs"] = lambda: _keys(settings)
        steps["the TV platform"] = lambda: _platform(settings)
    if alerts:
        steps["the addresses of alerts"] = lambda: _alerts(settings)
    for pool in pools:
        steps[f"the pool {pool}"] = lambda pool=pool: require_pool(api_server(), pool)  # type: ignore[misc]
    for what, step in steps.items():
        try:
            step()
        except MultiTVError as error:
            yield what, error
        else:
            yield what, None


def require_pool(address: str, pool: str) -> None:
    """Raise PoolMissing if the api-server at `address` says that the pool is missing, or has no slots.

    Goes on if the api-server cannot tell.
    """
    state = state_of(address, pool)
    if state and not state.slots:
        cause = "does not exist" if state.slots is None else "has no slots"
        raise PoolMissing(
            f"Airflow's pool {pool} {cause}, and tasks in it would wait for ever. Nothing was read or written. "
            f"Run `python -m multitv.release`, or make the pool under Admin > Pools ({POOLS[pool][0]} slots, deferred "
            "tasks not included); then clear this task."
        )


def _database(engine: Engine, with_pins: Settings | None) -> None:
    # Alembic logs a line for each check of the version.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with explained(engine.url), engine.connect() as first:
        with first.begin():
            state = first.execute(named("database/server_state")).one()
            schema.check_server(first)
            if reason := schema.lacking(first):
                raise SchemaMissing(
                    f"{place(engine.url)}: {reason}. Run `python -m multitv.release`, then clear this task. "
                    "Nothing was written."
                )
            if state.read_only:
                raise DatabaseReadOnly(
                    f"{place(engine.url)}, takes no writes: it is a standby, or its default_transaction_read_only is "
                    "on. This is tried again by itself; if it stays so, point the connection isp_db at the primary, "
                    "then clear this task. Nothing was written."
                )
            _rights(first)
            _clock(state.clock)
            if with_pins and with_pins.pin_keys:
                _opens_pins(first, with_pins)
        _no_transaction_pooler(engine, first, state.process)


def _rights(connection: Connection) -> None:
    where, login = place(connection.engine.url), connection.engine.url.username
    of_tasks = {"role": PIPELINE, "schema": "tv"}
    if not connection.execute(named("database/has_role"), of_tasks).scalar_one():
        raise RightsMissing(
            f"{where}: {login} has not the rights of tasks. Have whoever administers the server run: "
            f'grant {PIPELINE} to "{login}"; then clear this task. Nothing was written.'
        )
    # Of this login, whatever its role: an installation may have one for everything.
    if grants := connection.execute(named("database/missing_grants"), {"roles": []}).scalar_one_or_none():
        raise RightsMissing(
            f"{where}: tasks may not read the ERP. Have the owner of its views run: {grants} Then clear this task. "
            "Nothing was written."
        )


def _clock(of_database: datetime) -> None:
    skew = datetime.now(UTC) - of_database
    if abs(skew) > MOST_SKEW:
        where = "ahead of" if skew > timedelta() else "behind"
        raise ClockWrong(
            f"This machine's clock is {abs(skew.total_seconds()):.0f} s {where} the database's, and the wrong business "
            "day could be billed. Set both by NTP, then clear this task. Nothing was written."
        )


def _no_transaction_pooler(engine: Engine, first: Connection, process: int) -> None:
    # Of two sessions, one at rest and one at work, each has a server process of its own; not so behind a pooler.
    with engine.connect() as second, second.begin():
        same = second.execute(named("database/server_state")).one().process == process
        with first.begin():
            moved = first.execute(named("database/server_state")).one().process != process
    if same or moved:
        raise PooledByTransaction(
            f"{place(engine.url)}: the connection isp_db goes through a pooler by transaction (as PgBouncer's "
            "pool_mode = transaction), where the lock of a session protects nothing. Connect it to PostgreSQL itself, "
            "or have the pooler pool by session, then clear this task. Nothing was written."
        )


def _opens_pins(connection: Connection, settings: Settings) -> None:
    stored = connection.execute(named("reconciliation/any_pin"), {"pin_field": PIN_FIELD}).scalar_one_or_none()
    if stored is not None:
        Pins(settings.pin_keys).decrypt(stored)


def _keys(settings: Settings) -> None:
    Pins(settings.pin_keys)


def _alerts(settings: Settings) -> None:
    open_channels(settings.alert_urls)


def _platform(settings: Settings) -> None:
    with closing(counted_client(settings)) as client:
        client.count_subscribers()


def _time_zone(settings: Settings) -> None:
    now = datetime.now(settings.timezone)
    least, most = OFFSETS
    if not least <= (now.utcoffset() or timedelta()) <= most:
        raise TimeZoneWrong(
            f"MULTITV_TIMEZONE is {settings.timezone.key}, where it is {now:%H:%M} now: no time zone of Brazil. "
            "Business days would begin at another hour than the ISP's. Set it for every Airflow component, such as to "
            "America/Sao_Paulo, and start them again. Nothing was written."
        )


def _folders(settings: Settings) -> None:
    for folder, setting, mode in (
        (Path(tempfile.gettempdir()), "TMPDIR", 0o777),
        (settings.data_docs, "MULTITV_DATA_DOCS", 0o777),
        # Made here as an export would make it: for its owner only.
        (settings.privacy_folder, "MULTITV_PRIVACY_FOLDER", 0o700),
    ):
        if folder is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=mode)
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"\0" * 4096)
                probe.flush()
        except OSError as error:
            raise FolderNotWritable(
                f"Nothing can be written to {folder} ({error.strerror}). See that its disk is mounted for writing and "
                f"not full, and that {setting} names a folder that the user of the tasks owns; then clear this task."
            ) from error


def main(arguments: Sequence[str]) -> int:
    """Return the exit code: 0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m multitv.check", description=__doc__)
    parser.add_argument("--without-platform", action="store_true", help="leave the TV platform, keys and pools out")
    alone = parser.parse_args(arguments).without_platform
    wrong = 0

    def check() -> None:
        nonlocal wrong
        pools = [] if alone else list(POOLS)
        for what, error in findings(get_settings(), platform=not alone, pools=pools, alerts=True):
            if error is None:
                log.info("%s: in order", what)
            else:
                wrong += 1
                log.error("%s: %s", what, error)

    return console.run(check) or min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
