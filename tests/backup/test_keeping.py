"""Which backups are kept, what never counts as one, and when the next is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from multitv.backup.__main__ import main, seconds_to_wait
from multitv.backup.errors import FolderInUse
from multitv.backup.fingerprints import Fingerprints
from multitv.backup.folder import BackupFolder
from multitv.backup.manifest import Archive, DatabaseBackup, Manifest, read_manifest, sha256_of

NEWEST = datetime(2026, 11, 27, 5, 30, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def backup_of(folder: BackupFolder, at: datetime) -> Path:
    """A backup as `make` leaves it, of next to nothing."""
    with folder.lock():
        unfinished = folder.begin(at)
        (unfinished / "isp.dump").write_bytes(b"PGDMP")
        archive = Archive("isp.dump", 5, sha256_of(unfinished / "isp.dump"))
        isp = DatabaseBackup((archive,), at, "18.4", "UTF8", "0020", {"tv.package": 3}, ("multitv_pipeline",))
        keys = Fingerprints("00", ("ab",))
        Manifest(at, at, "0.2.0", "pg_dump (PostgreSQL) 18.4", {"isp": isp}, keys, keys).write(unfinished)
        return folder.complete(unfinished, at)


@pytest.fixture
def nights(tmp_path: Path) -> tuple[BackupFolder, list[Path]]:
    """Sixty nights' backups, the newest first."""
    folder = BackupFolder(tmp_path)
    return folder, [backup_of(folder, NEWEST - timedelta(days=days)) for days in range(60)]


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = backup_of(BackupFolder(tmp_path), NEWEST)
    manifest = read_manifest(made)
    assert manifest.databases["isp"].as_of == manifest.made_at == NEWEST
    assert manifest.databases["isp"].rows == {"tv.package": 3}
    assert (made.stat().st_mode & 0o777, made.name) == (0o700, "multitv-20261127T053000Z")


def test_the_newest_of_each_day_and_week_is_kept(nights: tuple[BackupFolder, list[Path]]) -> None:
    folder, made = nights
    kept = folder.prune(daily=7, weekly=4)
    # A Friday; the Sundays before it.
    assert kept.kept == [*made[:7], made[12], made[19]]
    assert folder.prune(daily=7, weekly=4).deleted == []
    assert sorted(path.name for path in folder.path.glob("multitv-*")) == sorted(path.name for path in kept.kept)


def test_nothing_is_deleted_that_is_no_whole_backup_of_ours(nights: tuple[BackupFolder, list[Path]]) -> None:
    folder, made = nights
    others = [folder.path / name for name in ("multitv-20200101T000000Z", "multitv-20200102T000000Z", "notes")]
    for other in others:
        other.mkdir()
    (others[0] / "manifest.json").write_text('{"written_by": "somebody", "format": 1}')
    (made[0] / "isp.dump").write_bytes(b"PG")
    kept = folder.prune(daily=1, weekly=1)
    # The newest is damaged, so that the one before is the last good one.
    assert set(kept.damaged) == {made[0], *others[:2]}
    assert kept.kept == [made[1]]
    assert all(path.is_dir() for path in (made[0], made[1], *others))
    assert not made[2].exists()


def test_what_a_killed_run_left_is_removed_and_two_are_never_at_work(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    whole = backup_of(folder, NEWEST)
    folder.begin(NEWEST)
    with folder.lock():
        assert list(tmp_path.glob(".*.unfinished")) == []
        with pytest.raises(FolderInUse, match="let it end first"), folder.lock():
            raise AssertionError
    assert whole.is_dir()


def test_a_folder_without_a_backup_of_the_last_day_is_unhealthy(tmp_path: Path) -> None:
    folder, now = BackupFolder(tmp_path), datetime.now(UTC).replace(microsecond=0)
    check = ["list", "--folder", str(tmp_path), "--not-older-than", "26"]
    assert main(check) == 1
    backup_of(folder, now - timedelta(hours=27))
    assert main(check) == 1
    backup_of(folder, now)
    assert main(check) == 0


@pytest.mark.parametrize(
    ("last", "hours"),
    [
        (None, 0.0),
        (datetime(2026, 11, 26, 2, 31, tzinfo=SAO_PAULO), 0.0),
        (datetime(2026, 11, 27, 2, 29, tzinfo=SAO_PAULO), 0.0),
        (datetime(2026, 11, 27, 2, 30, tzinfo=SAO_PAULO), 16.5),
        (datetime(2026, 11, 27, 9, 0, tzinfo=SAO_PAULO).astimezone(UTC), 16.5),
    ],
)
def test_a_backup_is_due_once_a_day_at_its_time(last: datetime | None, hours: float) -> None:
    now = datetime(2026, 11, 27, 10, 0, tzinfo=SAO_PAULO)
    assert seconds_to_wait(now, last, time_of_day(2, 30)) == hours * 3600
