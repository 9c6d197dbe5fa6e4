"""One stack in one home."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from include.local.home import Home, HomeInUse


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


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeInUse, match="file/home cannot be used"):
        Home(tmp_path / "file" / "home").enter()
