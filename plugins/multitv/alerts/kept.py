"""What the ISP's database did not take: failures, and who was told of them directly.

Kept as files of this machine until the database takes it. A file that cannot be read is put aside, and stops no other.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from multitv.alerts.failures import Failure

T = TypeVar("T")

log = logging.getLogger(__name__)

# A database that is away for a day makes no more than this.
MOST = 1000
# After which a channel is told directly again of what is still not over.
TOLD_FOR = timedelta(hours=24)
_FAILURE, _TOLD, _LOCK = ".failure", ".told", "lock"


@dataclass(frozen=True)
class Direct:
    """A cause that channels were told of directly, at `at`."""

    failure: Failure
    channels: frozenset[str]
    at: datetime


def keep(failure: Failure) -> None:
    """Keep a failure. Raises OSError."""
    folder = _folder()
    if len(_files(folder, _FAILURE)) < MOST:
        _write(folder / f"{time.time_ns()}-{os.getpid()}{_FAILURE}", _as_json(failure))


def already_told(failure: Failure) -> frozenset[str]:
    """Return the channels that were told directly of a failure with the same cause, within TOLD_FOR. Raises OSError."""
    told = _told_in(_folder() / f"{_name(failure)}{_TOLD}")
    # A clock that was set back must not keep people from being told.
    fresh = told is not None and timedelta() <= datetime.now(UTC) - told.at < TOLD_FOR
    return told.channels if told and fresh else frozenset()


def note_told(failure: Failure, channels: Collection[str]) -> None:
    """Note which channels took a message about a failure with this cause. Raises OSError."""
    told = {"failure": _as_json(failure), "channels": sorted(channels), "at": datetime.now(UTC).isoformat()}
    _write(_folder() / f"{_name(failure)}{_TOLD}", told)


def hand_over(record: Callable[[list[Failure], list[Direct]], bool]) -> int:
    """Give all that is kept to `record`, and forget it if that took it; return how many failures it was.

    Does nothing while another process is at it. Raises OSError, and what `record` raises.
    """
    folder = _folder()
    failed, told = _files(folder, _FAILURE), _files(folder, _TOLD)
    if not failed and not told:
        return 0
    with alone(0) as is_alone:
        if not is_alone:
            return 0
        failures = [failure for path in failed if (failure := _failure_in(path))]
        if not record(failures, [direct for path in told if (direct := _told_in(path))]):
            return 0
        for path in (*failed, *told):
            path.unlink(missing_ok=True)
    return len(failures)


@contextmanager
def alone(seconds: float) -> Iterator[bool]:
    """Wait so long to be the only process of this machine in such a block, and say whether it is. Raises OSError."""
    until = time.monotonic() + seconds
    with (_folder() / _LOCK).open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= until:
                    yield False
                    return
                time.sleep(0.1)
            else:
                break
        yield True


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"multitv-alerts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user.")
    return folder


def _files(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.glob(f"*{ending}"))


def _name(failure: Failure) -> str:
    return "".join(sign if sign.isalnum() or sign in "_-" else "." for sign in failure.key)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    # Whoever reads sees all of it or nothing.
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(path)


def _as_json(failure: Failure) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(failure), default=lambda day: day.isoformat()))  # type: ignore[no-any-return]


def _failure(written: Mapping[str, Any]) -> Failure:
    due_date = date.fromisoformat(written["due_date"]) if written["due_date"] else None
    return Failure(**{**written, "due_date": due_date, "failed_at": datetime.fromisoformat(written["failed_at"])})


def _failure_in(path: Path) -> Failure | None:
    return _read(path, _failure)


def _told_in(path: Path) -> Direct | None:
    return _read(
        path,
        lambda told: Direct(_failure(told["failure"]), frozenset(told["channels"]), datetime.fromisoformat(told["at"])),
    )


def _read(path: Path, take: Callable[[Mapping[str, Any]], T]) -> T | None:
    try:
        return take(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, LookupError) as error:
        log.warning("%s cannot be read (%s), and is left out.", path, type(error).__name__)
        with suppress(OSError):
            path.replace(path.with_suffix(".bad"))
        return None
