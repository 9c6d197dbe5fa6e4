"""What `make chaos` promises without a stack: each alert has a scene, a seed is an order, texts are told apart."""

from __future__ import annotations

import re

import pytest

from multitv.alerts.kinds import KINDS
from multitv.installation import REPOSITORY
from tests.chaos.__main__ import chosen
from tests.chaos.scenes import SCENES
from tests.chaos.told import begins, ends


def test_every_kind_of_alert_comes_in_a_scene() -> None:
    assert {kind for scene in SCENES.values() for kind in scene.alerts} == set(KINDS)


def test_a_seed_is_an_order_that_ends_with_the_end_of_the_month() -> None:
    orders = {tuple(scene.name for scene in chosen([], seed)) for seed in (1, 1, 2)}
    assert len(orders) == 2
    assert {order[-1] for order in orders} == {"month_end"}
    assert {frozenset(order) for order in orders} == {frozenset(SCENES)}


def test_a_scene_that_does_not_exist_is_named() -> None:
    with pytest.raises(SystemExit, match="No scene is called moon_falls"):
        chosen(["moon_falls", "month_end"], 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_of_the_runbook_is_recognised_as_its_kind_and_no_other(kind: str) -> None:
    runbook = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
    [told] = re.findall(rf"## `{kind}`\n\n```text\n(.*?)```", runbook, re.DOTALL)
    text = " ".join(told.split())
    assert [other for other in KINDS if re.search(begins(other), text)] == [kind]
    assert [other for other in KINDS if re.search(ends(other), text)] == [kind]
