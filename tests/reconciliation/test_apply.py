"""Applying a change set: what the platform refuses, and what stops it, for a while or for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from time import sleep

import pytest
from sqlalchemy import text

from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import OperatorMismatch, PlatformUnavailable
from multitv.reconciliation.apply import Applied, apply_batch, list_batches
from multitv.reconciliation.errors import StillRunning
from multitv.reconciliation.report import outcome_report
from multitv.reconciliation.verify import verify_change_set
from tests.support.concurrency import end_waiting
from tests.support.house import House
from tests.support.report_text import unpadded


def test_what_the_platform_refuses_is_rejected_and_the_others_go_on(provisioned: House, by_hand: BeeniusClient) -> None:
    first, second, third = provisioned.served()[:3]
    stranger = by_hand.create_subscriber("loja", "Loja", "Centro", "ACTIVE", idempotency_key="1").uid
    by_hand.put_service(stranger, "svc-essencial", idempotency_key="2")
    by_hand.put_device(stranger, "02:bb:00:00:00:01", device_type_uid="stb-linux", serial="S", label="L",
                       idempotency_key="3")  # fmt: skip
    for plan, mac, kind in (
        (first, "02:bb:00:00:00:01", "stb-linux"),
        (second, "02:bb:00:00:00:02", "toaster"),
        *((third, f"02:bb:00:00:01:{number:02x}", "stb-linux") for number in range(9)),
    ):
        provisioned.run("insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
                        "values (:plan, :mac, 'S', :kind, 'Sala', '2026-01-01')",
                        plan=plan, mac=mac, kind=kind)  # fmt: skip
    provisioned.run("update erp.client set name = 'Novo Nome' where id = (select client_id from erp.client_plan "
                    "where id = :plan)", plan=first)  # fmt: skip
    change_set = provisioned.make_change_set()
    provisioned.approve(change_set)
    provisioned.apply(change_set)
    codes = {(row[0], row[3]) for row in provisioned.rejected(change_set)}
    assert {
        (first, "device_assigned_elsewhere"),
        (second, "validation_error"),
        (third, "device_limit_exceeded"),
    } <= codes
    [(said,)] = provisioned.run("select outcome from reconciliation.operation where change_set_id = :id and "
                                "outcome_code = 'device_assigned_elsewhere'", id=change_set)  # fmt: skip
    assert said.startswith("DEVICE_ASSIGNED_ELSEWHERE: Beenius at http")
    assert provisioned.subscriber(first).first_name == "Novo"
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    report = unpadded(outcome_report(provisioned.engine, change_set))
    assert "| incluir aparelho | o aparelho está com outro assinante da plataforma | 1 | 1 |" in report
    assert ", 0 sem explicação." in report
    assert by_hand.subscriber(stranger).devices[0].mac == "02:bb:00:00:00:01"


def test_a_service_removed_while_subscribed_stays_where_it_is_and_is_put_nowhere_else(provisioned: House) -> None:
    [(uid, holder)] = provisioned.run(
        "select platform_uid, client_plan_id from tv.client_package join tv.package on package.id = package_id "
        "where service_type = 'EXTENDED_SERVICE' and active and cancelled_on is null and client_plan_id = any(:served) "
        "and added_on <= '2026-11-23' order by client_plan_id limit 1",
        served=provisioned.served(),
    )
    provisioned.sandbox.admin("DELETE", f"/admin/catalogue/services/{uid}")
    try:
        assert provisioned.operations(provisioned.make_change_set()) == []
        buyer = next(plan for plan in provisioned.served() if plan != holder)
        provisioned.run("delete from tv.client_package where client_plan_id = :plan", plan=buyer)
        provisioned.run("insert into tv.client_package (client_plan_id, package_id, added_on) select :plan, id, "
                        "'2026-01-01' from tv.package where platform_uid = :uid", plan=buyer, uid=uid)  # fmt: skip
        change_set = provisioned.make_change_set()
        provisioned.approve(change_set)
        provisioned.apply(change_set)
        verify_change_set(provisioned.engine, provisioned.client(), change_set)
    finally:
        provisioned.sandbox.admin("DELETE", "/admin/catalogue")
    assert (buyer, uid, "service_not_found") in {(row[0], row[2], row[3]) for row in provisioned.rejected(change_set)}
    assert uid in {service.service_uid for service in provisioned.subscriber(holder).services}


def test_a_task_that_still_runs_keeps_a_second_try_away(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    [(first, last)] = list_batches(provisioned.engine, change_set, provisioned.settings, "rest")
    provisioned.fault("latency", method="PATCH", seconds=0.3)
    begun = Event()

    def run() -> Applied:
        begun.set()
        client = provisioned.client()
        return apply_batch(provisioned.engine, client, change_set, first, last, provisioned.settings, "rest")

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(run)
        begun.wait()
        while not provisioned.run("select 1 from pg_locks where locktype = 'advisory'"):
            assert not working.done()
            sleep(0.01)
        with pytest.raises(StillRunning):
            run()
        assert working.result().applied > 0
    patches = [path for method, path in provisioned.writes() if method == "PATCH"]
    assert len(patches) == len(set(patches))


def test_a_wrong_operator_stops_the_batch_at_once(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    sandbox = provisioned.sandbox
    stranger = BeeniusClient(sandbox.url, "op-other", sandbox.client_id, sandbox.client_secret,
                             retry_policy=provisioned.retry_policy)  # fmt: skip
    provisioned.sandbox.admin("DELETE", "/admin/requests")
    with pytest.raises(OperatorMismatch, match="operator_uid"):
        apply_batch(provisioned.engine, stranger, change_set, 0, 10**9, provisioned.settings, "rest")
    assert (
        len(provisioned.sandbox.admin("GET", "/admin/requests?method=PATCH"))
        <= provisioned.settings.beenius_concurrency
    )
    assert all(row[2] is None for row in provisioned.operations(change_set, "client_plan_id, action, done_at"))


def test_a_platform_that_goes_down_keeps_what_was_done_and_a_second_try_does_the_rest(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    provisioned.retry_policy = replace(provisioned.retry_policy, tries=2, total_seconds=2)
    provisioned.fault("server-error", method="PATCH", after=10, status=503)
    with pytest.raises(PlatformUnavailable):
        provisioned.apply(change_set)
    applied = provisioned.run("select count(*) from reconciliation.operation where change_set_id = :id and "
                              "status = 'applied'", id=change_set)[0][0]  # fmt: skip
    # An answer that is slow on a busy machine is asked for twice.
    assert 0 < applied <= 10
    provisioned.no_faults()
    provisioned.apply(change_set)
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    patches = [path for method, path in provisioned.writes() if method == "PATCH"]
    assert sorted(patches) == sorted(set(patches))
    assert len(patches) == len(provisioned.served())


def test_a_connection_lost_in_mid_apply_is_resumed(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    # In this order: whatever fails, the lock is gone before the thread that waits for it is waited for.
    with ThreadPoolExecutor(1) as pool, provisioned.engine.connect() as blocker:
        blocker.execute(text("lock table reconciliation.operation in share mode"))
        dying = pool.submit(provisioned.apply, change_set)
        end_waiting(provisioned.engine, lock="relation")
        with pytest.raises(Exception, match="is not available"):
            dying.result()
    provisioned.apply(change_set)
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    patches = [path for method, path in provisioned.writes() if method == "PATCH"]
    assert len(patches) == len(set(patches)) == len(provisioned.served())
