"""One stack in one home."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from include.local.home import Home, HomeInUse
from multitv.installation import REPOSITORY


def test_a_second_stack_in_a_home_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "home"), Home(tmp_path / "home")
    first.enter()
    with pytest.raises(HomeInUse, match=rf"is up in {re.escape(str(tmp_path))}.*process {os.getpid()}"):
        second.enter()
    first.leave()
    second.enter()
    second.leave()


def test_two_homes_do_not_meet(tmp_path: Path) -> None:
    homes = [Home(tmp_path / name) for name in ("a", "b")]
    for home in homes:
        home.enter()
    for home in homes:
        home.leave()


def test_a_home_is_for_its_owner_only_also_one_that_was_open_before(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.logs.mkdir(parents=True)
    for folder in (home.folder, home.logs):
        folder.chmod(0o755)
    home.enter()
    home.leave()
    folders = [home.folder, *(path for path in home.folder.iterdir() if path.is_dir())]
    assert {folder.name for folder in folders} == {"home", "logs", "sandbox", "airflow", "data_docs"}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_git_offers_nothing_of_a_home_inside_a_repository(tmp_path: Path) -> None:
    git = ["git", "-c", f"safe.directory={tmp_path}", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    home = Home(tmp_path / "state")
    home.enter()
    (home.folder / "secrets.json").write_text("{}")
    home.leave()
    status = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True, text=True)
    assert status.stdout == ""


@pytest.mark.parametrize("folder", [REPOSITORY, REPOSITORY.parent, REPOSITORY / "docs" / ".."])
def test_a_home_that_holds_the_project_itself_is_refused_and_left_alone(folder: Path) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(HomeInUse, match="holds this project itself"):
        Home(folder).enter()
    assert sorted(folder.iterdir()) == before


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeInUse, match="file/home cannot be used"):
        Home(tmp_path / "file" / "home").enter()
