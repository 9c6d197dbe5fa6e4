"""The audit of contracts: nobody edits it, and nothing is written that says nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from multitv.contracts.packages import add_package
from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import set_allows_tv
from tests.support.settings import TODAY
from tests.support.shop import Shop


@pytest.mark.parametrize(
    "statement",
    [
        "update tv.contract_change set author = 'nobody'",
        "delete from tv.contract_change",
        "truncate tv.contract_change",
    ],
)
def test_what_was_written_stays(shop: Shop, statement: str) -> None:
    add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    before = shop.tables()
    with pytest.raises(IntegrityError, match=r"tv\.contract_change is append-only"):
        shop.isp.run(statement)
    assert shop.tables() == before


def test_a_change_is_dated_by_the_clock_and_of_a_client_plan_a_service_plan_or_a_package(shop: Shop) -> None:
    begin = datetime.now(UTC)
    add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    set_allows_tv(shop.engine, "ana", 1, False)
    change_offer(shop.engine, "ana", shop.extra, extra=True, price=Decimal("1.00"), point_limit=3)
    rows = shop.isp.run(
        "select changed_at, client_plan_id, service_plan_id, package_id from tv.contract_change order by id"
    )
    assert [row[1:] for row in rows] == [(shop.plan, None, None), (None, 1, None), (None, None, shop.extra)]
    assert begin <= rows[0][0] <= rows[1][0] <= rows[2][0] <= datetime.now(UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"author": " "},
        {"action": "paint_point"},
        {"client_plan": None},
        {"service_plan": 1},
        {"package": 1},
        {"before": '{"id": 1}'},
    ],
)
def test_a_row_that_says_nothing_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    right = {
        "author": "ana",
        "action": "add_point",
        "client_plan": 1,
        "service_plan": None,
        "package": None,
        "before": None,
    }
    statement = (
        "insert into tv.contract_change (author, action, client_plan_id, service_plan_id, package_id, before, after) "
        "values (:author, :action, :client_plan, :service_plan, :package, cast(:before as jsonb), "
        "cast(:after as jsonb))"
    )
    shop.isp.run(statement, after='{"id": 1}', **right)
    with pytest.raises(IntegrityError, match="contract_change"):
        shop.isp.run(statement, after='{"id": 1}', **(right | wrong))
