"""Event-driven runs that are disturbed: by a full run at the wrong moment, by what fails, and by a death."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from multitv.beenius.client import BeeniusClient
from multitv.reconciliation import changes
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.triggers import announce
from multitv.reconciliation.verify import verify_change_set
from tests.reconciliation.test_changes import last, pend, replace_limits, run_of, sell, services, waiting, without
from tests.support.house import House
from tests.support.settings import TODAY


def by_the_erp(house: House, plan: int) -> None:
    house.run("insert into reconciliation.pending_change (client_plan_id, reason) values (:plan, 'erp')", plan=plan)


def rename(house: House, plan: int, name: str) -> None:
    house.run("update erp.client set name = :name where id = (select client_id from erp.client_plan where id = :plan)",
              name=name, plan=plan)  # fmt: skip


def active(house: House) -> list[int]:
    return [plan for plan in house.served() if house.subscriber(plan).status == "ACTIVE"]


def after_the_subscribers_are_read(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Do it once, between the snapshot of the next event-driven run and its change set."""
    real, left = stage_subscribers, [happens]

    def stage(*given: Any, **named: Any) -> int:
        snapshot = real(*given, **named)
        if left:
            left.pop()()
        return snapshot

    monkeypatch.setattr(changes, "stage_subscribers", stage)


def sold_in_vain(monkeypatch: pytest.MonkeyPatch, house: House, plan: int) -> list[int]:
    """Sell it a service that somebody ends after each run has added it; return the change sets of which that was so."""
    sell(house, plan)
    real, lost = changes.ChangeRun._apply, []

    def apply(run: Any, change_set: int, wave: Any) -> None:
        real(run, change_set, wave)
        if wave == "rest" and "svc-premiere" in services(house, plan):
            lost.append(change_set)
            with house.client() as client:
                client.end_service(house.subscriber(plan).uid, "svc-premiere", idempotency_key=f"lost-{change_set}")

    monkeypatch.setattr(changes.ChangeRun, "_apply", apply)
    return lost


def test_what_a_full_run_takes_from_under_an_event_driven_one_is_left_to_it(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = without(provisioned)
    taken = next(one for one in active(provisioned) if one != plan)
    by_the_erp(provisioned, taken)
    sell(provisioned, plan)
    older = stage_subscribers(provisioned.engine, provisioned.client())
    after_the_subscribers_are_read(monkeypatch, lambda: make_change_set(provisioned.engine, older, TODAY))
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
    [(taker,)] = provisioned.run("select lane from reconciliation.change_set where id = (select change_set_id from "
                                 "reconciliation.pending_change where client_plan_id = :plan)", plan=taken)  # fmt: skip
    assert taker == "full"
    made = last(provisioned)
    assert (made.status, made.desired, made.unmanaged) == ("verified", 1, 0)


def test_what_is_overtaken_by_a_change_set_that_read_the_contract_before_is_not_lost(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The full run reads the platform later and the contracts earlier than the event-driven one."""
    plan = without(provisioned)
    by_the_erp(provisioned, plan)

    def full_run_then_a_sale() -> None:
        provisioned.make_change_set()
        sell(provisioned, plan)

    after_the_subscribers_are_read(monkeypatch, full_run_then_a_sale)
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
    assert waiting(provisioned) == []


def test_what_a_full_run_takes_away_while_it_is_sold_again_comes_back_at_once(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The full run's operation goes out after the event-driven one read the subscriber, and before it took the sale."""
    plan = without(provisioned)
    sold = sell(provisioned, plan)
    run_of(provisioned).serve()
    provisioned.run("update tv.client_package set cancelled_on = added_on where id = :id", id=sold)
    full = provisioned.make_change_set()
    provisioned.approve(full)
    assert (plan, "end_service", "svc-premiere") in provisioned.operations(full)
    sell(provisioned, plan)
    after_the_subscribers_are_read(monkeypatch, lambda: provisioned.apply(full))
    run_of(provisioned).serve()
    assert "svc-premiere" in services(provisioned, plan)
    verify_change_set(provisioned.engine, provisioned.client(), full)


def test_a_persons_change_that_a_full_run_takes_is_served_by_the_run_at_work(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, other = active(provisioned)[:2]
    seen: list[int] = []

    def verify(engine: Engine, client: BeeniusClient, change_set: int, **given: Any) -> Any:
        if not seen:
            rename(provisioned, other, "Ana Nova")
            pend(provisioned, other)
            provisioned.approve(provisioned.make_change_set())
        seen.append(change_set)
        return verify_change_set(engine, client, change_set, **given)

    monkeypatch.setattr(changes, "verify_change_set", verify)
    rename(provisioned, plan, "Rui Novo")
    pend(provisioned, plan)
    run_of(provisioned).serve()
    assert provisioned.subscriber(other).last_name == "Nova"


def test_one_that_the_platform_never_shows_as_sent_stops_nobody_else(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 1)
    bad = without(provisioned)
    good = next(plan for plan in active(provisioned) if plan != bad)
    tried = sold_in_vain(monkeypatch, provisioned, bad)
    rename(provisioned, good, "Ana Boa")
    pend(provisioned, good)
    assert announce(provisioned.engine) == 2
    with pytest.raises(DifferenceLeft):
        run_of(provisioned).serve()
    assert provisioned.subscriber(good).last_name == "Boa"
    assert len(tried) == 2, "the bad one is compared once more, and not again by this run"
    assert announce(provisioned.engine) == 0


def test_a_run_that_fails_wakes_no_other_at_once(provisioned: House) -> None:
    pend(provisioned, provisioned.served()[0])
    assert announce(provisioned.engine) == 1
    provisioned.run("delete from erp.client_plan")
    with pytest.raises(Exception, match="erp.client_plan is empty"):
        run_of(provisioned).serve()
    assert announce(provisioned.engine) == 0
    provisioned.run("update reconciliation.pending_change set announced_at = now() - interval '6 minutes'")
    assert announce(provisioned.engine) == 1


def test_what_is_never_finished_is_left_to_the_full_runs_after_an_hour(provisioned: House) -> None:
    plan = provisioned.served()[0]
    pend(provisioned, plan)

    def take() -> None:
        snapshot = stage_subscribers(provisioned.engine, provisioned.client(), changed=[plan])
        make_change_set(provisioned.engine, snapshot, TODAY, changed=[plan])

    take()
    provisioned.run("update reconciliation.pending_change set taken_at = taken_at - interval '59 minutes'")
    take()
    assert len(provisioned.run("select from reconciliation.waiting_change()")) == 1
    provisioned.run("update reconciliation.pending_change set taken_at = taken_at - interval '1 minute'")
    assert provisioned.run("select from reconciliation.waiting_change()") == []


def test_a_run_ends_although_more_and_more_waits_and_leaves_it_to_the_next(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST", 1)
    monkeypatch.setattr(changes, "LONGEST_SECONDS", 0.0)
    first, second = provisioned.served()[:2]
    pend(provisioned, first, second)
    assert announce(provisioned.engine) == 2
    run_of(provisioned).serve()
    assert waiting(provisioned) == [second]
    assert announce(provisioned.engine) == 1


def test_a_question_of_a_run_that_was_killed_is_asked_by_the_next(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioned.settings = replace_limits(provisioned, removals=0)
    plan = active(provisioned)[0]
    provisioned.run("update erp.client_plan set status = 'suspended' where id = :plan", plan=plan)
    pend(provisioned, plan)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(changes, "read_change_set", killed)
        with pytest.raises(KeyboardInterrupt):
            run_of(provisioned).serve()
    [question] = provisioned.run("select id from reconciliation.change_set where split_from is not null")
    assert run_of(provisioned).serve() == [question.id]


def test_the_log_of_a_run_says_what_a_person_has_to_do(provisioned: House, caplog: pytest.LogCaptureFixture) -> None:
    plan = active(provisioned)[0]
    provisioned.run("update erp.client_plan set client_id = (select max(id) from erp.client) where id = :plan",
                    plan=plan)  # fmt: skip
    pend(provisioned, plan)
    with caplog.at_level("INFO"):
        run_of(provisioned).serve()
    assert f"mudou de cliente, com um PIN novo, que o cliente precisa receber: {plan}." in caplog.text


def test_a_device_is_not_given_away_for_one_that_somebody_else_still_has(provisioned: House) -> None:
    """The other one's contract has not changed, so it is not part of the run."""
    held, swaps = [plan for plan in active(provisioned) if provisioned.subscriber(plan).devices][:2]
    old, wanted = (provisioned.subscriber(plan).devices[0].mac for plan in (swaps, held))
    provisioned.run("update tv.client_point set removed_on = :today where mac = :mac", mac=wanted, today=TODAY)
    provisioned.run("update tv.client_point set mac = :wanted where mac = :old and removed_on is null",
                    wanted=wanted, old=old)  # fmt: skip
    pend(provisioned, swaps)
    run_of(provisioned).serve()
    assert old in {device.mac for device in provisioned.subscriber(swaps).devices}
    made = last(provisioned)
    assert {row[3] for row in provisioned.rejected(made.id)} == {"device_not_released"}
    assert (made.status, made.unmanaged) == ("verified", 0)
    # A full run releases the one and serves the other.
    provisioned.reconcile()
    assert wanted in {device.mac for device in provisioned.subscriber(swaps).devices}


def test_a_shown_difference_is_neither_called_applying_nor_equal(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = without(provisioned)
    sold_in_vain(monkeypatch, provisioned, plan)
    with pytest.raises(DifferenceLeft):
        run_of(provisioned).serve()
    shown = provisioned.run("select * from reconciliation.client_plan_state(:plan)", plan=plan)
    assert [(row.state, row.code) for row in shown] == [("different", None)]


def test_what_is_not_parked_any_more_is_not_shown_as_parked(provisioned: House) -> None:
    plan = active(provisioned)[0]
    [(right,)] = provisioned.run("select service_plan_id from erp.client_plan where id = :plan", plan=plan)
    provisioned.run("update erp.client_plan set service_plan_id = 0 where id = :plan", plan=plan)
    provisioned.reconcile()
    provisioned.run("update erp.client_plan set service_plan_id = :right where id = :plan", plan=plan, right=right)
    pend(provisioned, plan)
    run_of(provisioned).serve()
    [row] = provisioned.run("select * from reconciliation.client_plan_state(:plan)", plan=plan)
    assert row.state == "equal"
