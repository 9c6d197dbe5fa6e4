"""`python -m multitv.backup make | verify | prune | list | restore | finish | timer`: docs/backup.md has each step."""

from __future__ import annotations

import argparse
import logging
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from multitv import console
from multitv.backup.client import Client, address
from multitv.backup.dump import AIRFLOW, ISP, make_backup
from multitv.backup.errors import BackupDamaged, BackupTooOld, KeyMissing
from multitv.backup.fingerprints import fingerprints_of
from multitv.backup.folder import Backup, BackupFolder
from multitv.backup.manifest import read_manifest
from multitv.backup.restore import MARGIN, fill, finish, require_keys
from multitv.backup.verify import compare, verify, verify_by_restoring
from multitv.database.engine import engine_for, reading, transaction
from multitv.database.schema import lacking
from multitv.database.sql import named
from multitv.errors import MultiTVError
from multitv.settings import get_settings, split_pin_keys

# Not __name__, which is __main__ where this is a command.
log = logging.getLogger("multitv.backup")

ADDRESSES = {ISP: "ISP_DB_URI", AIRFLOW: "AIRFLOW_DB_URI"}
FERNET_KEY = "AIRFLOW__CORE__FERNET_KEY"
# After a failure the timer tries again, until a backup is whole.
AGAIN_SECONDS = 900.0


def _address(name: str) -> URL:
    return address(os.environ.get(ADDRESSES[name]), ADDRESSES[name])


def _pin_keys() -> list[str]:
    return split_pin_keys(get_settings().pin_keys)


def _fernet_keys() -> list[str]:
    written = os.environ.get(FERNET_KEY) or _printed_by(f"{FERNET_KEY}_CMD")
    return [key.strip() for key in written.split(",") if key.strip()]


def _printed_by(variable: str) -> str:
    """Return what the command in a variable prints, as Airflow asks for its secrets; nothing without one."""
    if not (command := os.environ.get(variable)):
        return ""
    try:
        return subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout  # noqa: S603
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise KeyMissing(
            f"{variable} names a command that fails ({type(error).__name__}): run it by hand to see why. Nothing was "
            "written."
        ) from error


def make(given: argparse.Namespace) -> None:
    """Make a backup, verify it, then delete what is not to be kept."""
    folder, client = BackupFolder(given.folder), Client(given.programs)
    addresses = {name: _address(name) for name in ADDRESSES}
    keys = fingerprints_of(_pin_keys()), fingerprints_of(_fernet_keys())
    made = make_backup(folder, addresses, client, *keys, check=partial(verify, client=client))
    log.info("%s is whole.", made)
    _note(addresses[ISP], read_manifest(made).made_at)
    prune(given)


def _note(url: URL, made_at: datetime) -> None:
    """Note a verified backup in the ISP's database, where tv_alerts looks for one that is late."""
    try:
        with transaction(engine_for(url)) as connection:
            connection.execute(named("alerts/record_backup"), {"made_at": made_at})
    except (MultiTVError, DBAPIError) as error:
        log.warning("The backup is whole, but was not noted: an alert may say that it is late (%s).", error)


def prune(given: argparse.Namespace) -> None:
    """Delete the backups that are not to be kept."""
    kept = BackupFolder(given.folder).prune(given.keep_daily, given.keep_weekly)
    log.info("%s backups are kept, %s were deleted.", len(kept.kept), len(kept.deleted))
    for path in kept.damaged:
        log.warning("%s is damaged. It does not count, and is left for a person to look at.", path)


def show(given: argparse.Namespace) -> None:
    """Log the whole backups; fail if the newest is older than is allowed."""
    whole, damaged = BackupFolder(given.folder).backups()
    for backup in whole:
        of = backup.manifest
        size = sum(archive.bytes for database in of.databases.values() for archive in database.archives)
        log.info(
            "%s: Multi TV %s, schema %s, %s bytes", backup.path, of.multitv, of.databases[ISP].schema_revision, size
        )
    for path in damaged:
        log.warning("%s is damaged.", path)
    if given.not_older_than is not None:
        oldest = datetime.now(UTC) - timedelta(hours=given.not_older_than)
        if not whole or whole[0].manifest.made_at < oldest:
            raise BackupTooOld(
                f"{given.folder} has no whole backup of the last {given.not_older_than:g} hours: look at the log of "
                "what makes them, and make one by hand."
            )


def check(given: argparse.Namespace) -> None:
    """Verify a backup, by restoring it if a server is named."""
    backup, client = _backup(given.backup), Client(given.programs)
    if given.by_restoring:
        verify_by_restoring(backup, client, address(os.environ.get("SCRATCH_DB_URI"), "SCRATCH_DB_URI"))
    else:
        verify(backup, client)


def restore(given: argparse.Namespace) -> None:
    """Restore one database into the empty one that its variable names."""
    backup, client, url = _backup(given.backup), Client(given.programs), _address(given.database)
    if not given.without_keys:
        require_keys(backup, given.database, _pin_keys(), _fernet_keys())
    verify(backup, client)
    fill(backup, given.database, url, client, jobs=given.jobs, keep_owners=not given.no_owner)
    compare(backup, given.database, url)
    if given.database == ISP:
        with reading(engine_for(url)) as connection:
            lacks = lacking(connection)
        if lacks:
            log.warning(
                "%s: run `python -m multitv.release`, then `python -m multitv.backup finish`, before anything else.",
                lacks,
            )
        else:
            complete(given)


def complete(given: argparse.Namespace) -> None:
    """Prepare a restored database of the ISP for going on, and say what a person has to do."""
    done = finish(engine_for(_address(ISP)), given.margin)
    log.info(
        "%s sequences were moved on by %s, so that no number of after the backup means something else. %s unfinished "
        "change sets were superseded, %s changes of contracts wait again.",
        done.sequences,
        given.margin,
        done.change_sets,
        done.changes,
    )
    log.info("Now go on with docs/backup.md, the section about what to do after a restore.")


def keep_making(given: argparse.Namespace) -> None:
    """Make a backup every day at a time of the ISP's zone, for ever; one at once if there is none of today."""
    zone = get_settings().timezone
    while True:
        whole, _ = BackupFolder(given.folder).backups()
        last = whole[0].manifest.made_at if whole else None
        seconds = seconds_to_wait(datetime.now(zone), last, given.at)
        log.info("The next backup is in %.0f minutes.", seconds / 60)
        time.sleep(seconds)
        try:
            make(given)
        except MultiTVError as error:
            log.error("%s It is tried again in %.0f minutes.", error, AGAIN_SECONDS / 60)
            time.sleep(AGAIN_SECONDS)


def seconds_to_wait(now: datetime, last: datetime | None, at: time_of_day) -> float:
    """Return the seconds until a backup is due: the first `at` after the last backup, or at once without one."""
    if last is None:
        return 0.0
    due = datetime.combine(last.astimezone(now.tzinfo).date(), at, now.tzinfo)
    if due <= last:
        due = datetime.combine(due.date() + timedelta(days=1), at, now.tzinfo)
    return max(0.0, due.timestamp() - now.timestamp())


def _backup(path: Path) -> Backup:
    if not path.is_dir():
        raise BackupDamaged(f"There is no backup {path}; `list` shows those that there are.")
    return Backup(path, read_manifest(path))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what a command line asks for; `run` is its command."""
    parser = argparse.ArgumentParser(prog="python -m multitv.backup", description="Backups of both databases.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], help_: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_)
        added.set_defaults(run=run)
        return added

    for name, run, help_ in (
        ("make", make, "make a backup, verify it, delete old ones"),
        ("timer", keep_making, "make one every day"),
        ("prune", prune, "delete old ones"),
        ("list", show, "show those that there are"),
    ):
        one = command(name, run, help_)
        one.add_argument("--folder", type=Path, required=True)
        if name in ("make", "timer", "prune"):
            one.add_argument("--keep-daily", type=_natural, default=14, metavar="N")
            one.add_argument("--keep-weekly", type=_natural, default=8, metavar="N")
        if name in ("make", "timer"):
            one.add_argument("--programs", type=Path, help="the folder of pg_dump and pg_restore; otherwise PATH")
        if name == "timer":
            one.add_argument("--at", type=time_of_day.fromisoformat, default=time_of_day(2, 30), metavar="HH:MM")
        if name == "list":
            one.add_argument("--not-older-than", type=float, metavar="HOURS", help="fail if the newest is older")
    one = command("verify", check, "check the checksums and contents of a backup")
    one.add_argument("backup", type=Path)
    one.add_argument("--by-restoring", action="store_true", help="also into new databases of SCRATCH_DB_URI's server")
    one.add_argument("--programs", type=Path)
    one = command("restore", restore, "restore a database into the empty one of ISP_DB_URI or AIRFLOW_DB_URI")
    one.add_argument("backup", type=Path)
    one.add_argument("database", choices=sorted(ADDRESSES))
    one.add_argument("--jobs", type=_natural, default=1, metavar="N")
    one.add_argument("--no-owner", action="store_true", help="let everything belong to the login that restores")
    one.add_argument("--without-keys", action="store_true", help="although what they encrypted cannot be read")
    one.add_argument("--margin", type=_natural, default=MARGIN, help=argparse.SUPPRESS)
    one.add_argument("--programs", type=Path)
    one = command("finish", complete, "prepare an ISP's database that something else restored")
    one.add_argument("--margin", type=_natural, default=MARGIN, metavar="N", help="how far sequences are moved on")
    return parser.parse_args(arguments)


def _natural(written: str) -> int:
    number = int(written)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


def main(arguments: Sequence[str]) -> int:
    """Return the exit code."""
    given = parse(arguments)
    return console.run(lambda: given.run(given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
