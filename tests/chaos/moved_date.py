"""Moves the business date of one stack: Airflow imports `airflow_local_settings` from the home of each component.

Only the date by which Multi TV works is moved. The clocks of Airflow and PostgreSQL stay, or every token and heartbeat
would be too old.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from multitv.settings import Settings

_SETTINGS = """
from datetime import timedelta
from pathlib import Path

from multitv.settings import Settings

_days = Path({path!r})
_real = Settings.today
Settings.today = lambda self: _real(self) + timedelta(int(_days.read_text()))
"""


def install(home: Path) -> None:
    """Let the date of a stack that is not started yet be moved."""
    folder = home / "airflow" / "config"
    folder.mkdir(parents=True)
    _days(home).write_text("0")
    (folder / "airflow_local_settings.py").write_text(_SETTINGS.format(path=str(_days(home))))


def move_to(home: Path, day: date) -> None:
    """Have tasks take `day` for today."""
    _days(home).write_text(str((day - Settings().today()).days))


def today(home: Path) -> date:
    days = int(_days(home).read_text()) if _days(home).exists() else 0
    return Settings().today() + timedelta(days)


def _days(home: Path) -> Path:
    return home / "days_ahead"
