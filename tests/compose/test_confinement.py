"""That the search through containers finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.compose.confinement import Rights, found, rights, wrong_rights

STATUS = "Name:\tpython\nUid:\t{uid}\t0\t0\t0\nCapEff:\t{capabilities}\nNoNewPrivs:\t{no_new}\n"


@pytest.mark.parametrize(
    ("uid", "capabilities", "no_new", "wrong"),
    [
        ("50000", "0000000000000000", "1", 0),
        ("0", "0000000000000000", "1", 1),
        ("50001", "0000000000000000", "1", 1),
        ("50000", "00000000a80425fb", "1", 1),
        ("50000", "0000000000000000", "0", 1),
    ],
)
def test_a_process_with_more_rights_than_docker_compose_gives_is_named(
    uid: str, capabilities: str, no_new: str, wrong: int
) -> None:
    has = rights(STATUS.format(uid=uid, capabilities=capabilities, no_new=no_new))
    assert len(wrong_rights("50000:0", {"scheduler (7)": has})) == wrong


def test_a_user_that_is_a_name_is_any_but_root() -> None:
    assert not wrong_rights("postgres", {"postgres (7)": Rights(999, 0, may_gain=False)})
    assert wrong_rights("postgres", {"postgres (7)": Rights(0, 0, may_gain=False)})


def test_a_secret_is_found_wherever_it_is_shown_and_named_without_its_value() -> None:
    secrets = {"pin_keys": "c2VjcmV0", "heartbeat_url": ""}
    places = {"the settings of worker": '{"Env": ["MULTITV_PIN_KEYS=c2VjcmV0"]}', "the log of worker": "started"}
    assert found(secrets, places) == ["pin_keys in the settings of worker"]
    assert found(secrets, {"the log of worker": "started"}) == []
