"""What is no basis for a change set, and what a newer change set does to older ones."""

from __future__ import annotations

import pytest

from multitv.erp.facts import ErpEmpty
from multitv.reconciliation.change_set import make_change_set, read_change_set
from multitv.reconciliation.errors import StagingMissing
from tests.support.house import House
from tests.support.settings import TODAY


def test_a_newer_plan_supersedes_one_that_waits(provisioned: House) -> None:
    waiting = provisioned.make_change_set()
    provisioned.make_change_set()
    assert read_change_set(provisioned.engine, waiting).status == "superseded"


def test_an_empty_erp_is_refused(provisioned: House) -> None:
    provisioned.run("delete from erp.client_plan")
    with pytest.raises(ErpEmpty, match="Nothing was written and nobody is touched"):
        provisioned.make_change_set()


def test_quiet_plans_leave_no_refusals_behind(provisioned: House) -> None:
    made = [provisioned.make_change_set() for _ in range(3)]
    for plan in made:
        provisioned.approve(plan)
    kept = provisioned.run(
        "select distinct change_set_id from reconciliation.operation where change_set_id = any(:made)", made=made
    )
    assert [row.change_set_id for row in kept] == [made[-1]]


def test_a_snapshot_that_is_not_staged_any_more_is_no_basis(provisioned: House) -> None:
    old = provisioned.run("select max(id) from reconciliation.snapshot")[0][0]
    provisioned.make_change_set()
    with pytest.raises(StagingMissing, match="Trigger a new run"):
        make_change_set(provisioned.engine, old, TODAY)
    newest_one = provisioned.run("select max(id) from reconciliation.snapshot")[0][0]
    provisioned.run("delete from staging.subscriber where uid in (select uid from staging.subscriber limit 1)")
    with pytest.raises(StagingMissing):
        make_change_set(provisioned.engine, newest_one, TODAY)
