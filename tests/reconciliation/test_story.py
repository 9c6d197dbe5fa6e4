"""From an empty platform to one that serves what was sold, and on from there."""

from __future__ import annotations

from tests.support.house import House


def test_an_empty_platform_gets_everybody_and_the_next_run_plans_nothing(house: House) -> None:
    done = house.reconcile()
    assert done["applied"] > 100
    sold = house.served()
    assert {row.client_plan_id for row in house.run("select * from tv.client_extra_field")} == set(sold)
    written = house.writes()
    assert house.operations(house.make_change_set()) == []
    assert house.writes() == written
