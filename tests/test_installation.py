"""Which copies of multitv may run, and on which Airflow."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from multitv import installation
from multitv.installation import PACKAGE, AirflowTooOld, SqlMissing, TwoCopies


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plugins folder on sys.path, without a copy so far."""
    folder = tmp_path / "host" / "plugins"
    folder.mkdir(parents=True)
    monkeypatch.syspath_prepend(folder)
    return folder


def copy(folder: Path) -> Path:
    package = folder / "multitv"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    return package


def install_airflow(folder: Path, version: str) -> None:
    distribution = folder / f"apache_airflow_core-{version}.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text(f"Metadata-Version: 2.4\nName: apache-airflow-core\nVersion: {version}\n")


@pytest.mark.parametrize("version", ["3.2.2", "3.2.2.dev0", "2.11.0"])
def test_an_older_airflow_is_refused_by_its_version(folder: Path, version: str) -> None:
    install_airflow(folder, version)
    with pytest.raises(AirflowTooOld, match=rf"needs Airflow 3\.3 or newer, and {version} is installed\. Upgrade"):
        installation.check()


@pytest.mark.parametrize("version", ["3.3.0", "3.3.0rc1", "3.10.1"])
def test_the_oldest_airflow_and_newer_ones_are_taken(folder: Path, version: str) -> None:
    install_airflow(folder, version)
    installation.check()


def test_the_same_folder_by_another_path_is_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(PACKAGE.parent)
    monkeypatch.syspath_prepend(tmp_path / "link")
    installation.check()


def test_a_copy_without_sql_may_stand_beside_one_with_the_same_code(folder: Path) -> None:
    copy(folder)
    installation.check()


def test_a_copy_whose_code_differs_is_refused(folder: Path) -> None:
    package = copy(folder)
    (package / "money.py").write_text("")
    with pytest.raises(TwoCopies) as refused:
        installation.check()
    assert str(PACKAGE) in str(refused.value)
    assert str(package) in str(refused.value)


def test_a_copy_of_before_versions_were_written_is_refused_as_unknown(folder: Path) -> None:
    package = copy(folder)
    (package / "__init__.py").write_text("")
    with pytest.raises(TwoCopies, match=r"\(version unknown\)"):
        installation.check()


@pytest.mark.parametrize("place", ["include/sql", "plugins/multitv/_sql"])
def test_a_second_copy_with_sql_of_its_own_is_refused(folder: Path, place: str) -> None:
    copy(folder)
    (folder.parent / place).mkdir(parents=True)
    with pytest.raises(TwoCopies, match="there are 2 copies of multitv"):
        installation.check()


def test_a_copy_without_sql_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "multitv"
    package.mkdir()
    (package / "__init__.py").write_text('__version__ = "0.2.0"\n')
    monkeypatch.setattr(installation, "PACKAGE", package)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(SqlMissing, match="has no SQL"):
        installation.sql_folder()
