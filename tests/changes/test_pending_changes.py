"""Who writes a pending change, and who does not: what the platform has to follow, in the transaction of the change."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from multitv.changes import change
from multitv.changes.errors import ContractRefused
from multitv.contracts.packages import add_package, cancel_package, delete_package
from multitv.contracts.points import edit_point, remove_point, swap_point
from multitv.contracts.promotions import add_promotion, end_promotion
from multitv.erp import history
from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import change_tv_tab
from tests.support.databases import as_owner, as_screens
from tests.support.settings import SETTINGS, TODAY
from tests.support.shop import Shop, mac

DAY = timedelta(days=1)


def pending(shop: Shop) -> list[tuple[int, str]]:
    """Forget and return the client plans of the pending changes, with their reasons."""
    rows = shop.isp.run("delete from reconciliation.pending_change returning client_plan_id, reason")
    return sorted(tuple(row) for row in rows)


def test_each_change_of_a_contract_is_pending_and_a_price_is_not(shop: Shop) -> None:
    one = [(shop.plan, "contract")]
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY).id
    assert pending(shop) == one
    add_promotion(shop.engine, "ana", sold, price=Decimal(0), until=TODAY + 30 * DAY, today=TODAY)
    end_promotion(shop.engine, "ana", sold, today=TODAY)
    assert pending(shop) == []
    cancel_package(shop.engine, "ana", sold, today=TODAY)
    assert pending(shop) == one
    delete_package(shop.engine, "ana", sold)
    assert pending(shop) == one
    point = shop.point(1).id
    assert pending(shop) == one
    device = {"serial": "S", "device_type": "stb"}
    edit_point(shop.engine, "ana", point, label="Quarto", **device)
    assert pending(shop) == one
    swap_point(shop.engine, "ana", point, mac=mac(2), today=TODAY, **device)
    assert pending(shop) == one
    remove_point(shop.engine, "ana", point, today=TODAY)
    assert pending(shop) == one
    change_offer(shop.engine, "ana", shop.extra, extra=True, price=Decimal("39.90"), point_limit=4)
    assert pending(shop) == [], "the platform knows neither prices nor our limits"


def test_what_is_refused_or_rolled_back_is_not_pending(shop: Shop) -> None:
    add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    pending(shop)
    with pytest.raises(ContractRefused):
        add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    with suppress(RuntimeError), change.changing(shop.engine, "ana", "add_package") as made:
        made.record(None, "{}", client_plan_id=shop.plan)
        raise RuntimeError
    assert pending(shop) == []


def test_a_plans_tv_tab_concerns_all_its_client_plans_while_it_has_tv(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shop.isp.client_plan()
    shop.isp.client_plan(service_plan=2)
    both = [(shop.plan, "service_plan"), (other, "service_plan")]
    change_tv_tab(shop.engine, "ana", 1, allows_tv=False, package_id=None)
    assert pending(shop) == both
    change_tv_tab(shop.engine, "ana", 1, allows_tv=False, package_id=9000)
    assert pending(shop) == [], "it has no TV, before and after"
    change_tv_tab(shop.engine, "ana", 1, allows_tv=True, package_id=None)
    assert pending(shop) == both
    monkeypatch.setattr(change, "MOST_CLIENT_PLANS", 1)
    change_tv_tab(shop.engine, "ana", 1, allows_tv=True, package_id=shop.basic)
    assert pending(shop) == [], "a full run serves so many faster"


def test_what_a_recorded_history_shows_is_pending_if_the_platform_has_to_follow(shop: Shop) -> None:
    isp, owner = shop.isp, as_owner(shop.engine)
    day = date(2026, 12, 1)
    plans = [shop.plan, *(isp.client_plan() for _ in range(6))]
    without = isp.client_plan(service_plan=2)

    def record(*, judged: bool = False) -> list[tuple[int, str]]:
        nonlocal day
        day += DAY
        history.record(owner, day, SETTINGS, judged=judged)
        return pending(shop)

    assert record() == [], "the first record of all is no change"
    isp.run("update erp.client_plan set due_day = 20")
    assert record() == []
    isp.run("update erp.client_plan set status = 'suspended' where id = any(:ids)", ids=[plans[0], without])
    isp.run("update erp.client_plan set service_plan_id = 2 where id = :id", id=plans[1])
    isp.run("update erp.client_plan set client_id = :client where id = :id", client=plans[3], id=plans[2])
    isp.run("update erp.client_plan set cancelled_on = '2027-02-01' where id = :id", id=plans[3])
    isp.run("delete from erp.client_plan where id = :id", id=plans[4])
    new = isp.client_plan()
    assert record() == [(plan, "erp") for plan in (*plans[:4], new)], "what is gone keeps what it has"
    assert record() == []
    isp.run("update erp.client_plan set status = 'cancelled' where id = :id", id=plans[5])
    assert record(judged=True) == []
    assert record() == []


def test_a_record_that_is_not_committed_leaves_nothing(shop: Shop) -> None:
    owner = as_owner(shop.engine)
    history.record(owner, date(2026, 12, 1), SETTINGS)
    shop.isp.run("update erp.client_plan set status = 'suspended'")
    with owner.connect() as connection:
        connection.execute(text("select history.record(date '2026-12-02')"))
        connection.rollback()
    assert pending(shop) == []


def test_one_notification_for_a_statement_and_only_when_it_is_committed(shop: Shop) -> None:
    address = as_owner(shop.engine).url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute("listen multitv_pending_change")
        with as_owner(shop.engine).connect() as connection:
            statement = text("insert into reconciliation.pending_change (client_plan_id, reason) "
                             "select 1, 'erp' from generate_series(1, 1000)")  # fmt: skip
            connection.execute(statement)
            assert list(listener.notifies(timeout=0.1)) == []
            connection.rollback()
            assert list(listener.notifies(timeout=0.1)) == []
            connection.execute(statement)
            connection.commit()
        assert len(list(listener.notifies(timeout=1))) == 1


def test_the_screens_add_pending_changes_and_take_none(shop: Shop) -> None:
    shop.point(1)
    for statement in (
        "update reconciliation.pending_change set announced_at = now()",
        "delete from reconciliation.pending_change",
        "truncate reconciliation.pending_change",
    ):
        with pytest.raises(DBAPIError, match="permission denied"), as_screens(shop.engine).begin() as connection:
            connection.execute(text(statement))
