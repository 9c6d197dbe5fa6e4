"""Event-driven runs: what waits is taken whole, served within a run, and never undone by an older snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.beenius.client import BeeniusClient
from multitv.contracts.packages import add_package, cancel_package
from multitv.contracts.points import add_point, remove_point
from multitv.reconciliation import changes
from multitv.reconciliation.change_set import make_change_set, read_change_set
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.guard import assess
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.triggers import announce
from multitv.reconciliation.verify import verify_change_set
from tests.support.concurrency import at_once
from tests.support.databases import as_owner, as_screens
from tests.support.house import House
from tests.support.settings import TODAY

MAC = "02:cc:00:00:00:01"


def run_of(house: House) -> ChangeRun:
    return ChangeRun(house.engine, house.client, house.settings, lambda: TODAY)


def sell(house: House, plan: int, uid: str = "svc-premiere") -> int:
    """Sell an extra on the screen; return the client package."""
    [(package,)] = house.run("select id from tv.package where platform_uid = :uid", uid=uid)
    house.run("update tv.package set extra = true, price = 9.90 where id = :id", id=package)
    return add_package(as_screens(house.engine), "maria", plan, package, today=TODAY).id


def without(house: House, uid: str = "svc-premiere") -> int:
    """A client plan that lacks this service, active."""
    return next(
        plan
        for plan in house.served()
        if house.subscriber(plan).status == "ACTIVE" and uid not in services(house, plan)
    )


def services(house: House, plan: int) -> set[str]:
    return {service.service_uid for service in house.subscriber(plan).services if service.is_live}


def waiting(house: House) -> list[int]:
    return [
        row.client_plan_id
        for row in house.run("select client_plan_id from reconciliation.pending_change where change_set_id is null")
    ]


def last(house: House, lane: str = "changes") -> Any:
    [row] = house.run("select * from reconciliation.change_set where lane = :lane and split_from is null "
                      "order by id desc limit 1", lane=lane)  # fmt: skip
    return row


def pend(house: House, *plans: int) -> None:
    house.run("insert into reconciliation.pending_change (client_plan_id, reason) "
              "select plan, 'contract' from unnest(cast(:plans as bigint[])) as plan", plans=list(plans))  # fmt: skip


def test_a_change_on_a_screen_is_served_alone_and_verified(provisioned: House) -> None:
    plan = without(provisioned)
    before = len(provisioned.writes())
    provisioned.run("update erp.client set name = name || ' Neto'")
    sell(provisioned, plan)
    assert waiting(provisioned) == [plan]
    assert run_of(provisioned).serve() == []
    assert "svc-premiere" in services(provisioned, plan)
    # Its own name as well, and nobody else's.
    assert {path.split("/")[1] for _, path in provisioned.writes()[before:]} == {provisioned.subscriber(plan).uid}
    assert waiting(provisioned) == []
    made = last(provisioned)
    assert (made.status, made.lane, made.desired, made.only_client_plan_id) == ("verified", "changes", 1, None)
    assert run_of(provisioned).serve() == []
    assert last(provisioned).id == made.id, "nothing waited"


def test_a_new_contract_is_provisioned_with_uid_and_pin(house: House) -> None:
    plan = house.served()[0]
    pend(house, plan)
    assert run_of(house).serve() == []
    assert house.pins().keys() == {plan}
    assert house.sandbox.admin("GET", "/admin/state")["subscribers"] == 1


def test_what_is_committed_later_with_a_smaller_id_is_not_lost(provisioned: House) -> None:
    first, second = provisioned.served()[:2]
    with as_owner(provisioned.engine).begin() as slow:
        slow.execute(text("insert into reconciliation.pending_change (client_plan_id, reason) "
                          "values (:plan, 'contract')"), {"plan": first})  # fmt: skip
        pend(provisioned, second)
        run_of(provisioned).serve()
        made = last(provisioned)
    assert waiting(provisioned) == [first]
    run_of(provisioned).serve()
    rows = provisioned.run("select client_plan_id, change_set_id from reconciliation.pending_change order by id")
    assert [row.client_plan_id for row in rows] == [first, second]
    assert rows[0].change_set_id > rows[1].change_set_id == made.id


def test_what_is_changed_while_it_is_served_is_served_by_the_same_run(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, other = provisioned.served()[:2]
    real = verify_change_set
    seen: list[int] = []

    def verify_late(engine: Engine, client: BeeniusClient, change_set: int, **given: Any) -> Any:
        if not seen:
            provisioned.run("update erp.client set name = 'Ana Nova' where id = (select client_id from "
                            "erp.client_plan where id = :plan)", plan=other)  # fmt: skip
            pend(provisioned, other)
        seen.append(change_set)
        return real(engine, client, change_set, **given)

    monkeypatch.setattr(changes, "verify_change_set", verify_late)
    provisioned.run("update erp.client set name = 'Rui Novo' where id = (select client_id from erp.client_plan "
                    "where id = :plan)", plan=plan)  # fmt: skip
    pend(provisioned, plan)
    run_of(provisioned).serve()
    assert len(seen) == 2
    assert provisioned.subscriber(other).last_name == "Nova"
    assert waiting(provisioned) == []


def test_a_burst_is_one_change_set(provisioned: House) -> None:
    plans = provisioned.served()
    pend(provisioned, *plans, *plans, *plans)
    run_of(provisioned).serve()
    assert provisioned.run("select count(*) from reconciliation.change_set where lane = 'changes'") == [(1,)]


def test_many_changes_are_served_in_turns_a_person_first(provisioned: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST", 10)
    provisioned.run("update erp.client set name = name || ' Neto'")
    plans = provisioned.served()
    provisioned.run("insert into reconciliation.pending_change (client_plan_id, reason) "
                    "select unnest(cast(:plans as bigint[])), 'erp'", plans=plans)  # fmt: skip
    pend(provisioned, plans[-1])
    run_of(provisioned).serve()
    made = provisioned.run("select id, status from reconciliation.change_set where lane = 'changes' order by id")
    assert {row.status for row in made} == {"verified"}
    assert len(made) == -(-len(plans) // 10)
    [(first,)] = provisioned.run("select min(change_set_id) from reconciliation.operation where client_plan_id = :plan "
                                 "and change_set_id >= :first", plan=plans[-1], first=made[0].id)  # fmt: skip
    assert first == made[0].id
    assert all(provisioned.subscriber(plan).last_name.endswith("Neto") for plan in plans)


def test_a_second_run_at_once_waits_for_the_first_or_has_nothing_to_do(provisioned: House) -> None:
    plans = provisioned.served()
    provisioned.run("update erp.client set name = name || ' Neto'")
    provisioned.fault("latency", method="PATCH", seconds=0.05)
    pend(provisioned, *plans)
    at_once(run_of(provisioned).serve, run_of(provisioned).serve)
    assert all(provisioned.subscriber(plan).last_name.endswith("Neto") for plan in plans)
    assert waiting(provisioned) == []
    assert {row.status for row in provisioned.run("select status from reconciliation.change_set")} == {"verified"}
    patches = [path for method, path in provisioned.writes() if method == "PATCH"]
    assert len(patches) == len(set(patches)) == len(plans)


def test_what_a_run_that_died_had_taken_is_taken_by_the_next(provisioned: House) -> None:
    plan = without(provisioned)
    sell(provisioned, plan)
    taken = stage_subscribers(provisioned.engine, provisioned.client(), changed=[plan])
    dead = make_change_set(provisioned.engine, taken, TODAY, changed=[plan])
    assert waiting(provisioned) == []
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
    assert read_change_set(provisioned.engine, dead).status == "superseded"
    assert last(provisioned).id > dead


def test_an_event_driven_run_leaves_the_full_run_its_staging(provisioned: House) -> None:
    plan = without(provisioned)
    full = provisioned.rename_all()
    sell(provisioned, plan)
    run_of(provisioned).serve()
    assert read_change_set(provisioned.engine, full).status == "approved"
    provisioned.apply(full)
    verify_change_set(provisioned.engine, provisioned.client(), full)
    assert read_change_set(provisioned.engine, full).status == "verified"
    assert "svc-premiere" in services(provisioned, plan)


def test_a_full_run_does_not_undo_what_an_event_driven_one_read_later(provisioned: House) -> None:
    """The full snapshot is the older one, and its change set has the smaller or the greater id."""
    second = provisioned.served()[1]
    # Both orders of ids; the snapshot of the full run is older in both.
    for made_first in (True, False):
        snapshot = stage_subscribers(provisioned.engine, provisioned.client())
        full = make_change_set(provisioned.engine, snapshot, TODAY) if made_first else 0
        provisioned.run("update erp.client set name = :name where id = (select client_id from erp.client_plan "
                        "where id = :plan)", name=f"Novo {made_first}", plan=second)  # fmt: skip
        pend(provisioned, second)
        run_of(provisioned).serve()
        full = full or make_change_set(provisioned.engine, snapshot, TODAY)
        provisioned.approve(full)
        provisioned.apply(full)
        verify_change_set(provisioned.engine, provisioned.client(), full)
        assert provisioned.subscriber(second).last_name == str(made_first)
        assert provisioned.operations(provisioned.make_change_set()) == []


def test_a_removal_on_the_screen_is_not_undone_by_an_older_full_change_set(provisioned: House) -> None:
    plan = without(provisioned)
    sold = sell(provisioned, plan)
    full = provisioned.make_change_set()
    assert (plan, "add_service", "svc-premiere") in provisioned.operations(full)
    provisioned.approve(full)
    cancel_package(as_screens(provisioned.engine), "maria", sold, cancelled_on=TODAY, today=TODAY)
    run_of(provisioned).serve()
    provisioned.apply(full)
    assert "svc-premiere" not in services(provisioned, plan)
    codes = provisioned.run("select outcome_code from reconciliation.operation where change_set_id = :id and "
                            "client_plan_id = :plan", id=full, plan=plan)  # fmt: skip
    assert set(codes) == {("overtaken",)}
    verify_change_set(provisioned.engine, provisioned.client(), full)


def create_and_die(house: House, change_set: int, plan: int) -> None:
    """Send what a worker sends that is killed before it records the answer."""
    [one] = house.run("select idempotency_key as key, after from reconciliation.operation where change_set_id = :id "
                      "and client_plan_id = :plan and action = 'create'", id=change_set, plan=plan)  # fmt: skip
    with house.client() as client:
        client.create_subscriber(str(plan), **one.after, idempotency_key=str(one.key))


@pytest.mark.parametrize("before", ["nothing", "created", "forgotten", "written otherwise"])
def test_a_pin_that_an_event_driven_run_made_meanwhile_is_kept(house: House, before: str) -> None:
    """A rotation whose answer is lost would leave another one recorded than the platform has."""
    house.reconcile(house.served()[0])
    plan = house.served()[1]
    if before in ("forgotten", "written otherwise"):
        house.reconcile(plan)
        house.forget_pin(plan)
    snapshot = stage_subscribers(house.engine, house.client())
    full = make_change_set(house.engine, snapshot, TODAY)
    house.approve(full)
    if before == "created":
        create_and_die(house, full, plan)
    # Of an event-driven run whose snapshot is the older one.
    pend(house, plan)
    run_of(house).serve()
    pin, sent = house.pins()[plan], len(house.rotations())
    house.run("update reconciliation.pending_change set change_set_id = null")
    if before == "written otherwise":
        house.run("update tv.client_extra_field set value = ' ' || upper(value) where name like 'ID %'")
    house.apply(full)
    assert (house.pins()[plan], len(house.rotations())) == (pin, sent)
    assert house.sandbox.admin("GET", "/admin/state")["subscribers"] == len(house.served())
    verify_change_set(house.engine, house.client(), full)


def test_both_at_once_end_right_whoever_is_first(provisioned: House) -> None:
    plans = [plan for plan in provisioned.served() if provisioned.subscriber(plan).status == "ACTIVE"]
    full = provisioned.rename_all()
    provisioned.fault("latency", method="PATCH", seconds=0.05)
    provisioned.run("update erp.client set name = name || ' Filho'")
    pend(provisioned, *plans)
    at_once(lambda: provisioned.apply(full), run_of(provisioned).serve)
    provisioned.no_faults()
    verify_change_set(provisioned.engine, provisioned.client(), full)
    assert all(provisioned.subscriber(plan).last_name.endswith("Neto Filho") for plan in plans)
    assert provisioned.run("select count(*) from pg_locks where locktype = 'advisory' and database = "
                           "(select oid from pg_database where datname = current_database())") == [(0,)]  # fmt: skip


def test_what_another_run_has_locked_blocks_nobody_else(provisioned: House) -> None:
    held = provisioned.served()[0]
    full = provisioned.rename_all()
    with as_owner(provisioned.engine).connect() as other:
        other.execute(text("select pg_advisory_lock(hashtextextended('reconciliation of client plan ' || :plan, 0))"),
                      {"plan": held})  # fmt: skip

        def release_late() -> None:
            while provisioned.run("select from reconciliation.operation where change_set_id = :id and "
                                  "client_plan_id <> :held and status = 'planned'", id=full, held=held):  # fmt: skip
                pass
            assert provisioned.run("select status from reconciliation.operation where change_set_id = :id and "
                                   "client_plan_id = :held", id=full, held=held) == [("planned",)]  # fmt: skip
            other.close()

        at_once(lambda: provisioned.apply(full), release_late)
    assert provisioned.subscriber(held).last_name.endswith("Neto")


def test_removals_of_both_kinds_of_run_are_counted_together_and_asked_in_one_question(provisioned: House) -> None:
    provisioned.settings = replace_limits(provisioned, removals=3)
    active = [plan for plan in provisioned.served() if provisioned.subscriber(plan).status == "ACTIVE"]

    def suspend(*plans: int) -> None:
        provisioned.run("update erp.client_plan set status = 'suspended' where id = any(:plans)", plans=list(plans))

    def question() -> Any:
        return provisioned.run("select * from reconciliation.change_set where split_from is not null and "
                               "status = 'planned'")  # fmt: skip

    def asked() -> set[int]:
        [one] = question()
        return {row[0] for row in provisioned.operations(one.id)}

    # Three in a full run pass, and the fourth is held wherever it comes.
    suspend(*active[:3])
    full = provisioned.make_change_set()
    assert assess(provisioned.engine, full, provisioned.settings).concerns == ()
    provisioned.apply(full)
    verify_change_set(provisioned.engine, provisioned.client(), full)
    suspend(active[3])
    pend(provisioned, active[3])
    [number] = run_of(provisioned).serve()
    assert asked() == {active[3]}
    # What a full run holds is more; an event-driven one adds to it.
    suspend(*active[4:8])
    full = provisioned.make_change_set()
    assess(provisioned.engine, full, provisioned.settings)
    assert asked() == set(active[3:8])
    suspend(active[8])
    pend(provisioned, active[8], active[4])
    run_of(provisioned).serve()
    assert asked() == set(active[3:9])
    [one] = question()
    assert one.id > number
    # One that loses nothing is served, and leaves the question as it is.
    plan = next(p for p in active[9:] if "svc-premiere" not in services(provisioned, p))
    sell(provisioned, plan)
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
    assert [row.id for row in question()] == [one.id]
    assert all(provisioned.subscriber(p).status == "ACTIVE" for p in active[3:9])


def replace_limits(house: House, removals: int) -> Any:
    return house.settings.model_copy(
        update={"reconciliation_max_removals": removals, "reconciliation_max_removal_share": 1.0}
    )


def test_an_empty_erp_stops_an_event_driven_run_and_what_waits_goes_on_waiting(provisioned: House) -> None:
    plan = provisioned.served()[0]
    pend(provisioned, plan)
    provisioned.run("delete from erp.client_plan")
    with pytest.raises(Exception, match="erp.client_plan is empty"):
        run_of(provisioned).serve()
    assert waiting(provisioned) == [plan]


def test_a_full_run_compares_itself_with_full_runs_only(provisioned: House) -> None:
    pend(provisioned, provisioned.served()[0])
    run_of(provisioned).serve()
    assert last(provisioned).status == "verified"
    full = provisioned.make_change_set()
    assess(provisioned.engine, full, provisioned.settings)
    assert read_change_set(provisioned.engine, full).status == "verified"


def test_a_full_run_takes_what_waits_and_a_dry_run_or_what_came_later_it_does_not(provisioned: House) -> None:
    plan, other = provisioned.served()[:2]
    pend(provisioned, plan)
    snapshot = stage_subscribers(provisioned.engine, provisioned.client())
    make_change_set(provisioned.engine, snapshot, TODAY, takes=False)
    assert waiting(provisioned) == [plan]
    pend(provisioned, other)
    full = make_change_set(provisioned.engine, snapshot, TODAY)
    assert waiting(provisioned) == [other]
    # It has nothing to do, and so is verified with its approval.
    provisioned.approve(full)
    run_of(provisioned).serve()
    assert waiting(provisioned) == []
    takers = provisioned.run(
        "select client_plan_id, lane from reconciliation.pending_change as change "
        "join reconciliation.change_set as taker on change_set_id = taker.id order by change.id"
    )
    assert takers == [(plan, "full"), (other, "changes")]


def test_what_was_announced_is_left_to_the_run_that_it_woke_unless_a_person_asks(provisioned: House) -> None:
    plan = provisioned.served()[0]
    pend(provisioned, plan)
    announce(provisioned.engine)
    provisioned.make_change_set()
    assert waiting(provisioned) == [plan]
    provisioned.reconcile(plan)
    assert waiting(provisioned) == []


def test_what_waits_is_announced_once_and_again_if_nobody_takes_it(provisioned: House) -> None:
    plan = provisioned.served()[0]
    assert announce(provisioned.engine) == 0
    pend(provisioned, plan, plan)
    assert announce(provisioned.engine) == 2
    assert announce(provisioned.engine) == 0
    provisioned.run("update reconciliation.pending_change set announced_at = now() - interval '6 minutes'")
    assert announce(provisioned.engine) == 2
    run_of(provisioned).announce_again()
    assert announce(provisioned.engine) == 2
    run_of(provisioned).serve()
    assert announce(provisioned.engine) == 0


def test_a_device_that_moves_between_two_changed_contracts_is_released_first(provisioned: House) -> None:
    giver, taker = [p for p in provisioned.served() if provisioned.subscriber(p).status == "ACTIVE"][:2]
    screens = as_screens(provisioned.engine)
    point = add_point(screens, "rui", taker, mac=MAC, serial="S", device_type="stb-linux", label="Sala", today=TODAY)
    run_of(provisioned).serve()
    remove_point(screens, "rui", point.id, today=TODAY)
    add_point(screens, "rui", giver, mac=MAC, serial="S", device_type="stb-linux", label="Sala", today=TODAY)
    run_of(provisioned).serve()
    assert MAC in {device.mac for device in provisioned.subscriber(giver).devices}
    assert MAC not in {device.mac for device in provisioned.subscriber(taker).devices}


def test_a_lost_write_is_repaired_by_the_next_look(provisioned: House) -> None:
    provisioned.retry_policy = replace(provisioned.retry_policy, tries=6)
    plan = without(provisioned)
    provisioned.fault("server-error", method="PUT", status=502, executed=True, times=1)
    provisioned.fault("dropped", method="PUT", executed=True, times=1)
    sell(provisioned, plan)
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
