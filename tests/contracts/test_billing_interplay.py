"""What a change of a contract does to a due date that is billed before, during and after it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.changes.errors import AlreadyBilled
from multitv.contracts.packages import add_package, cancel_package, delete_package
from multitv.quality import books
from tests.support.concurrency import until_waiting
from tests.support.databases import as_owner
from tests.support.isp import DUE
from tests.support.settings import SETTINGS, TODAY
from tests.support.shop import Shop


def settled(shop: Shop) -> None:
    bill_plans(shop.isp.engine, DUE)
    tv.settle(shop.isp.engine, DUE, SETTINGS)
    books.check(shop.isp.engine, books.BOOKS, DUE)


def test_what_is_cancelled_before_settlement_is_voided_by_it(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    tv.save(shop.isp.engine, DUE, SETTINGS)
    cancel_package(shop.engine, "ana", sold.id, today=TODAY)
    assert shop.isp.events() == {sold.id: ("pending", Decimal("29.90"))}
    settled(shop)
    assert shop.isp.events() == {sold.id: ("cancelled", Decimal("29.90"))}
    assert shop.isp.exclusions() == {sold.id: "package_cancelled"}
    with pytest.raises(AlreadyBilled, match="o último com vencimento em 10/12/2026"):
        delete_package(shop.engine, "ana", sold.id)


def test_what_is_cancelled_after_settlement_stays_charged(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, price=Decimal("19.90"))
    tv.save(shop.isp.engine, DUE, SETTINGS)
    settled(shop)
    cancel_package(shop.engine, "ana", sold.id, today=TODAY)
    with pytest.raises(AlreadyBilled):
        delete_package(shop.engine, "ana", sold.id)
    tv.save(shop.isp.engine, DUE, SETTINGS)
    settled(shop)
    assert shop.isp.events() == {sold.id: ("processed", Decimal("19.90"))}


@pytest.mark.parametrize("reason", ["free", "not_added_yet"])
@pytest.mark.parametrize("again", ["settle only", "save and settle"])
def test_deleting_what_a_run_only_excluded_leaves_its_books_right(shop: Shop, reason: str, again: str) -> None:
    charged = add_package(shop.engine, "ana", shop.plan, shop.isp.package("5.00"), today=TODAY)
    sold = add_package(
        shop.engine,
        "ana",
        shop.plan,
        shop.extra,
        today=TODAY,
        price=Decimal("0.00") if reason == "free" else None,
        added_on=TODAY if reason == "free" else DUE + timedelta(days=1),
    )
    tv.save(shop.isp.engine, DUE, SETTINGS)
    assert shop.isp.exclusions() == {sold.id: reason}
    delete_package(shop.engine, "ana", sold.id)
    books.check(shop.isp.engine, books.BOOKS, DUE)
    if again == "save and settle":
        tv.save(shop.isp.engine, DUE, SETTINGS)
    settled(shop)
    assert shop.isp.events() == {charged.id: ("processed", Decimal("5.00"))}
    assert shop.isp.exclusions() == ({} if again == "save and settle" else {sold.id: reason})


def test_a_delete_waits_for_the_billing_run_that_charges_the_package_and_is_refused(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    with ThreadPoolExecutor(2) as pool:
        with as_owner(shop.engine).begin() as blocker:
            # Where saving is about to write its first event, the list already made.
            blocker.execute(text("lock table billing.exclusion in access exclusive mode"))
            saving = pool.submit(tv.save, shop.isp.engine, DUE, SETTINGS)
            until_waiting(shop.engine, 1)
            deleting = pool.submit(delete_package, shop.engine, "ana", sold.id)
            until_waiting(shop.engine, 2)
        saving.result()
        with pytest.raises(AlreadyBilled):
            deleting.result()
    books.check(shop.isp.engine, books.BOOKS, DUE)
    assert shop.isp.events() == {sold.id: ("pending", Decimal("29.90"))}
    assert [row[1] for row in shop.audit()] == ["add_package"]


def test_a_billing_run_waits_for_the_delete_and_does_not_charge_the_package(shop: Shop) -> None:
    kept = add_package(shop.engine, "ana", shop.plan, shop.isp.package("5.00"), today=TODAY)
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    with ThreadPoolExecutor(2) as pool:
        with as_owner(shop.engine).begin() as blocker:
            blocker.execute(text("lock table tv.contract_change in access exclusive mode"))
            deleting = pool.submit(delete_package, shop.engine, "ana", sold.id)
            until_waiting(shop.engine, 1)
            saving = pool.submit(tv.save, shop.isp.engine, DUE, SETTINGS)
            until_waiting(shop.engine, 2)
        saved = saving.result()
        assert isinstance(saved, tv.Saved)
        assert (deleting.result(), saved.added) == (sold, 1)
    books.check(shop.isp.engine, books.BOOKS, DUE)
    assert shop.isp.events() == {kept.id: ("pending", Decimal("5.00"))}
