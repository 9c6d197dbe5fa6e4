"""Finds the SQL of this copy of multitv, and refuses to run it where it would not run well.

Checked whenever `multitv` is imported, so that an error shows as an import error of every DAG and of the plugin.
Three layouts run:

- dags/ alone, with the wheel installed, whose SQL is inside the package, in multitv/_sql;
- dags/, plugins/ and include/ side by side, without the wheel: the SQL is in include/sql;
- dags/ and plugins/ without include/, with the wheel of the same release installed: the SQL is the wheel's.

Two copies that Python could import are refused, because the order of sys.path would decide which one runs. The third
layout is the only exception: one copy lacks the SQL, and the code of both is the same, so that either may run.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

OLDEST_AIRFLOW = (3, 3)
PACKAGE = Path(__file__).resolve().parent
# The folder with plugins/, dags/ and include/; nothing in it is ours where the wheel is installed.
REPOSITORY = PACKAGE.parents[1]


class AirflowTooOld(ImportError):
    """The installed Airflow lacks what our DAGs use."""


class TwoCopies(ImportError):
    """Python could import several copies of multitv, and it is left to chance which one."""


class SqlMissing(ImportError):
    """Neither this copy of multitv nor an installed wheel has the SQL statements."""


def check() -> None:
    """Raise AirflowTooOld, TwoCopies or SqlMissing if this copy must not run here."""
    _check_airflow()
    _check_copies(copies())
    sql_folder()


def copies() -> list[Path]:
    """Return the package's folder in every copy of multitv that Python could import, that of this one first."""
    found = [PACKAGE]
    for entry in sys.path:
        package = (Path(entry) / "multitv").resolve()
        # Python imports nothing from a folder that this user may not read.
        with suppress(PermissionError):
            if package not in found and (package / "__init__.py").is_file():
                found.append(package)
    return found


def sql_folder() -> Path:
    """Return the folder of the SQL statements. Raises SqlMissing."""
    for package in copies():
        if folder := _sql_of(package):
            return folder
    raise SqlMissing(
        f"multitv {_version(PACKAGE)} in {PACKAGE} has no SQL: there is no folder {REPOSITORY / 'include' / 'sql'}, "
        "and no wheel of multitv is installed, which has the SQL inside. Either deploy include/sql beside plugins/, or "
        "install the wheel of this release (`make package` builds it), which needs neither plugins/ nor include/."
    )


def is_installed() -> bool:
    """Tell whether multitv is installed, as a wheel or editable, so that Airflow finds the plugin's entry point."""
    return any(metadata.distributions(name="multitv"))


def _check_airflow() -> None:
    installed = _airflow_version()
    # The first two numbers, whatever follows them: 3.3.2 and 3.3.0rc1 are both 3.3.
    if installed and tuple(map(int, installed.split(".")[:2])) < OLDEST_AIRFLOW:
        raise AirflowTooOld(
            f"multitv {_version(PACKAGE)} in {PACKAGE} needs Airflow {'.'.join(map(str, OLDEST_AIRFLOW))} or newer, "
            f"and {installed} is installed. Upgrade Airflow, or take an older release of multitv."
        )


def _airflow_version() -> str | None:
    # Airflow 2 has no apache-airflow-core. Read from the metadata, because importing Airflow takes a second.
    for name in ("apache-airflow-core", "apache-airflow"):
        for distribution in metadata.distributions(name=name):
            return distribution.version
    return None


def _check_copies(found: list[Path]) -> None:
    with_sql = [package for package in found if _sql_of(package)]
    if len(with_sql) > 1 or any(_code(package) != _code(PACKAGE) for package in found[1:]):
        listed = " and ".join(f"{package} (version {_version(package)})" for package in found)
        raise TwoCopies(
            f"there are {len(found)} copies of multitv: {listed}. The order of sys.path would decide which one runs. "
            "Keep one: delete multitv/ and multitv_plugin.py from a plugins folder or take that off PYTHONPATH, or "
            "uninstall the wheel (`pip uninstall multitv`). A folder and a wheel may both stay only if there is no "
            "include/sql beside the folder and its code is that of the wheel, file by file."
        )


def _sql_of(package: Path) -> Path | None:
    for folder in (package / "_sql", package.parents[1] / "include" / "sql"):
        if folder.is_dir():
            return folder
    return None


def _version(package: Path) -> str:
    written = re.search(r'^__version__ = "(.+)"$', (package / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    return written.group(1) if written else "unknown"


def _code(package: Path) -> dict[Path, bytes]:
    return {path.relative_to(package): path.read_bytes() for path in package.rglob("*.py")}
