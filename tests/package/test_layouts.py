"""An Airflow that is there already runs the DAGs and the screens in each layout, or says what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

import multitv
from include.local import environment, postgres
from include.local.postgres import Server
from multitv.database.engine import engine_for
from multitv.database.wait import wait
from tests.package.conftest import Found, Host

pytestmark = pytest.mark.proof

BY_FOLDER = ["$PLUGINS_FOLDER/multitv_plugin.py"]


def assert_all_runs(found: Found, repository: Path) -> None:
    assert (found.plugin_errors, found.dag_errors) == ({}, {})
    # Each DAG is called as its file.
    assert found.dags == sorted(path.stem for path in (repository / "dags").glob("*.py"))
    assert found.statement == (repository / "include/sql/billing/open_run.sql").read_text(encoding="utf-8")


def assert_nothing_runs(found: Found, repository: Path, *named: str) -> None:
    assert (found.dags, found.plugins) == ([], [])
    assert len(found.dag_errors) == len(list((repository / "dags").glob("*.py")))
    assert found.plugin_errors
    for error in (*found.plugin_errors.values(), *found.dag_errors.values()):
        for name in named:
            assert name in error


def installed(host: Host) -> Path:
    (package,) = host.python.parents[1].glob("lib/*/site-packages/multitv")
    return package


def by_entry_point(found: Found) -> bool:
    (source,) = found.plugins
    return source.startswith(f"multitv=={multitv.__version__}: EntryPoint(")


def test_the_wheel_holds_every_file_of_the_package_and_every_statement(wheel: Path, repository: Path) -> None:
    def files(folder: str, inside: str) -> set[str]:
        there = (path for path in (repository / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {f"{inside}/{path.relative_to(repository / folder).as_posix()}" for path in there}

    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == files("plugins/multitv", "multitv") | files("include/sql", "multitv/_sql")
    assert len([name for name in held if name.endswith(".html")]) > 30


def test_dags_alone_run_with_the_wheel(with_wheel: Host, home: Path, repository: Path) -> None:
    for folder in ("plugins", "include"):
        shutil.rmtree(home / folder)
    found = with_wheel.look(home)
    assert_all_runs(found, repository)
    assert by_entry_point(found)
    assert found.package == str(installed(with_wheel))


def test_all_folders_run_without_the_wheel(without_wheel: Host, home: Path, repository: Path) -> None:
    found = without_wheel.look(home)
    assert_all_runs(found, repository)
    assert found.plugins == BY_FOLDER
    assert found.package == str(home / "plugins" / "multitv")


def test_a_plugins_folder_without_sql_is_refused_while_the_dags_are_parsed(
    without_wheel: Host, home: Path, repository: Path
) -> None:
    shutil.rmtree(home / "include")
    found = without_wheel.look(home)
    package, sql = home / "plugins" / "multitv", home / "include" / "sql"
    assert_nothing_runs(
        found, repository, f"multitv {multitv.__version__} in {package} has no SQL: there is no folder {sql}"
    )


@pytest.mark.parametrize("first", ["wheel", "folder"])
def test_a_plugins_folder_without_sql_takes_it_from_the_wheel_of_its_release(
    with_wheel: Host, home: Path, repository: Path, first: str
) -> None:
    shutil.rmtree(home / "include")
    # Airflow appends the plugins folder to sys.path; docker-compose.yml and the chart put it in front.
    variables = {"PYTHONPATH": str(home / "plugins")} if first == "folder" else {}
    found = with_wheel.look(home, **variables)
    assert_all_runs(found, repository)
    assert by_entry_point(found)
    assert found.package == str(home / "plugins" / "multitv" if first == "folder" else installed(with_wheel))


def test_a_complete_folder_beside_the_wheel_is_refused_by_the_names_of_both(
    with_wheel: Host, home: Path, repository: Path
) -> None:
    init = home / "plugins" / "multitv" / "__init__.py"
    init.write_text(init.read_text().replace(multitv.__version__, "0.1.9"))
    both = (
        f"{installed(with_wheel)} (version {multitv.__version__})",
        f"{home / 'plugins' / 'multitv'} (version 0.1.9)",
        "there are 2 copies of multitv",
    )
    assert_nothing_runs(with_wheel.look(home), repository, *both)
    released = with_wheel.run(home, "-m", "multitv.release")
    assert released.returncode == 1
    assert all(name in released.stderr for name in both)
    assert "airflow db migrate" not in released.stderr


def test_a_release_is_prepared_from_the_wheel(with_wheel: Host, tmp_path: Path, server: Server) -> None:
    isp = postgres.database(server, "package_isp")
    done = with_wheel.run(tmp_path, "-m", "multitv.release", AIRFLOW_CONN_ISP_DB=environment.isp_connection(isp))
    assert done.returncode == 0, done.stderr
    wait(engine_for(isp), timeout=0)
    postgres.drop(server, "package_isp")
