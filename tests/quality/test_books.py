"""Each check finds the damage it is there for, put in by hand with the guards off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from include.local.postgres import Server
from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.quality import books
from tests.support.databases import as_pipeline, own_database
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS


@pytest.fixture(scope="module")
def billed(server: Server, migrated: str) -> Iterator[str]:
    """The name of a database of two clients of a plan, one charged and one excluded, with every trigger off."""
    with own_database(server, migrated) as engine:
        isp = Isp(as_pipeline(engine))
        isp.offer_plans()
        package = isp.package("10.00")
        isp.sell(isp.client_plan(), package)
        isp.sell(isp.client_plan(), package, price="0.00")
        isp.bill()
        for table in ("billing.event_record", "finance.posting"):
            isp.run(f"alter table {table} disable trigger user")
        yield str(engine.url.database)


@pytest.fixture
def settled(server: Server, billed: str) -> Iterator[Isp]:
    with own_database(server, billed) as engine:
        yield Isp(as_pipeline(engine), count(4))


def test_sound_books_pass_every_check(settled: Isp) -> None:
    books.check(settled.engine, books.BOOKS, DUE)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("expected_is_billed", "update billing.event set amount = 9.99"),
        ("expected_is_billed", "update billing.event set status = 'cancelled', cancel_reason = 'x'"),
        ("expected_is_billed", "update billing.event set service_plan_id = 2"),
        ("processed_is_posted", "delete from finance.posting where kind = 'tv_package'"),
        ("processed_is_posted", "update finance.posting set amount = 9.99 where kind = 'tv_package'"),
        ("processed_is_posted", "update billing.event set status = 'cancelled', cancel_reason = 'x'"),
        ("processed_is_posted", "update finance.invoice set client_plan_id = 77 where id in "
         "(select invoice_id from finance.posting where kind = 'tv_package')"),
        ("charge_of_no_sale", "update billing.event set client_package_id = 99"),
        ("charge_of_no_sale", "update billing.event set client_plan_id = 3"),
        ("charge_of_no_sale", "update tv.client_package set added_on = '2027-02-01'"),
        ("charge_of_no_sale", "update billing.event set amount = 9.99"),
        ("correction_of_no_effect", "update billing.event set kind = 'reversal', amount = -amount"),
        ("correction_of_no_effect", "insert into billing.correction (event_id, event_due_date, action, reason, author, "
         "rebill) select id, due_date, 'void', 'x', 'x', false from billing.event"),
        ("candidate_accounted_for", "delete from billing.exclusion"),
        ("candidate_accounted_for", "update billing.exclusion set client_package_id = e.client_package_id "
         "from billing.event as e"),
    ],
)  # fmt: skip
def test_damage_is_found_and_named(settled: Isp, name: str, damage: str) -> None:
    settled.run(damage)
    with pytest.raises(books.CheckFailed, match=f"{name}: ") as caught:
        books.check(settled.engine, (name,), DUE)
    assert "Hold the invoices back and call whoever owns billing" in str(caught.value)


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ("update finance.posting set amount = 1.00 where kind = 'plan' and fee_client_plan_id = 2",
         "fee of client plan 2 for 2026-12 is 1.00, and its service plan costs 149.90"),
        ("delete from erp.client_plan where id = 2",
         "fee of client plan 2 for 2026-12 is 149.90, and the ERP has no such contract"),
    ],
)  # fmt: skip
def test_a_plan_fee_that_no_contract_supports_is_warned_of(
    settled: Isp, caplog: pytest.LogCaptureFixture, forged: str, said: str
) -> None:
    books.warn_of(settled.engine, books.FEES, DUE)
    assert "fee of" not in caplog.text
    settled.run(forged)
    books.warn_of(settled.engine, books.FEES, DUE)
    assert f"fee_of_no_contract: {said}. If their price or contract did not change since" in caplog.text


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ("update billing.event set amount = 9.99, price = 9.99", "charges 9.99, and the package's price is 10.00"),
        (
            "update billing.event set amount = 9.99, price = 9.99, price_source = 'client'",
            "charges 9.99, and the client's price is unknown",
        ),
        ("update tv.package set price = 12.00", "charges 10.00, and the package's price is 12.00"),
    ],
)
def test_a_charge_by_a_price_that_nobody_set_is_warned_of(
    settled: Isp, caplog: pytest.LogCaptureFixture, forged: str, said: str
) -> None:
    books.warn_of(settled.engine, books.PRICES, DUE)
    assert "price is" not in caplog.text
    settled.run(forged)
    books.warn_of(settled.engine, books.PRICES, DUE)
    assert f"{said}. If nobody changed the price in the database itself" in caplog.text


def test_a_price_that_the_package_had_by_its_audit_rows_is_right(
    settled: Isp, caplog: pytest.LogCaptureFixture
) -> None:
    settled.run("update tv.package set price = 12.00")
    settled.run(
        "insert into tv.contract_change (author, action, package_id, before, after) "
        "values ('ana', 'change_offer', 1, '{\"price\": 10.00}', '{\"price\": 12.00}')"
    )
    books.warn_of(settled.engine, books.PRICES, DUE)
    assert "price is" not in caplog.text


def test_a_second_live_charge_is_found_without_its_unique_key(settled: Isp) -> None:
    settled.run("drop index billing.event_live_charge, billing.event_live_package")
    settled.run(
        "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
        "reference_month, kind, amount, price_source) select run_id, client_plan_id, service_plan_id, "
        "client_package_id, package_id, due_date, reference_month, kind, amount, price_source from billing.event"
    )
    with pytest.raises(books.CheckFailed, match="package 1 of client plan 2 has 2 live charges in 2026-12"):
        books.check(settled.engine, ("one_live_charge",), DUE)


def test_a_credit_whose_postings_and_payouts_do_not_add_up_is_found(settled: Isp) -> None:
    event = settled.run("select max(id) from billing.event")[0][0]
    correct(settled.engine, event, "reverse", reason="erro", author="ana")
    books.check(settled.engine, ("credit_adds_up",), DUE)
    for table in ("credit", "credit_posting", "payout"):
        settled.run(f"alter table billing.{table} disable trigger user")
    payout = (
        "insert into billing.payout (event_id, due_date, client_plan_id, amount) "
        "select event_id, due_date, client_plan_id, 1.00 from billing.credit"
    )
    for damage, undo, found in (
        ("update billing.credit set rest = 10.00, settled_at = null", "update billing.credit set rest = 0, "
         "settled_at = now()", "-10.00 posted, 0 to pay out, 10.00 left"),
        ("update billing.credit_posting set invoice_id = invoice_id + 77", "update billing.credit_posting set "
         "invoice_id = invoice_id - 77", "of -10.00 is -10.00 in billing.credit: -10.00 posted"),
        ("update billing.credit_posting set amount = -9.99", "update billing.credit_posting set amount = -10.00",
         r"credit 2026121000000002 \(EV-20261210-00000002-\d\) of -10.00"),
        ("update billing.credit set amount = -9.99", "update billing.credit set amount = -10.00",
         "of -10.00 is -9.99 in billing.credit"),
        (payout, "delete from billing.payout", "-10.00 posted, 1.00 to pay out, 0.00 left"),
        ("delete from billing.credit_posting", "select 1", "-10.00 posted"),
        ("delete from billing.credit", "select 1", "is 0 in billing.credit"),
    ):  # fmt: skip
        settled.run(damage)
        with pytest.raises(books.CheckFailed, match=found):
            books.check(settled.engine, ("credit_adds_up",), DUE)
        settled.run(undo)


def test_an_invoice_of_known_total_below_zero_is_found(settled: Isp) -> None:
    event = settled.run("select max(id) from billing.event")[0][0]
    correct(settled.engine, event, "reverse", reason="erro", author="ana")
    settled.run("update finance.invoice set erp_total = -149.90")
    books.check(settled.engine, ("invoice_below_zero",), DUE)
    settled.run("update finance.invoice set erp_total = -150.00")
    with pytest.raises(books.CheckFailed, match=r"invoice \d+ of 2026-12-10 has a total of -0.10"):
        books.check(settled.engine, ("invoice_below_zero",), DUE)


def test_a_charge_on_an_invoice_to_which_it_was_not_carried_is_found(settled: Isp) -> None:
    settled.run("insert into finance.invoice (client_plan_id, due_date) values (2, '2027-01-10')")
    settled.run(
        "update finance.posting set invoice_id = (select max(id) from finance.invoice) where kind = 'tv_package'"
    )
    with pytest.raises(books.CheckFailed, match="processed_is_posted: event 2026121000000001"):
        books.check(settled.engine, ("processed_is_posted",), DUE)
    settled.run(
        "insert into billing.carried_charge select billing_event_id, event_due_date, 2, invoice_id, amount, now() "
        "from finance.posting where kind = 'tv_package'"
    )
    books.check(settled.engine, ("processed_is_posted",), DUE)


def test_a_negative_price_is_parked_and_its_neighbours_are_charged(
    settled: Isp, caplog: pytest.LogCaptureFixture
) -> None:
    later = date(2027, 1, 10)
    settled.run("alter table tv.client_package drop constraint client_package_price_check")
    settled.run("update tv.client_package set price = -5.00 where price = 0")
    settled.bill(later)
    assert settled.exclusions(later) == {2: "negative_price"}
    assert settled.events(later)[1][0] == "processed"
    books.warn_of(settled.engine, books.PARKED, later)
    assert "client package 2 of client plan 3 is not charged: negative_price" in caplog.text
    assert settled.run("select check_name, due_date, offender from quality.offender") == [
        ("parked", later, "client package 2 of client plan 3 is not charged: negative_price")
    ]
    settled.run("update tv.client_package set price = 5.00 where price = -5")
    tv.save(settled.engine, later, SETTINGS)
    books.warn_of(settled.engine, books.PARKED, later)
    assert settled.exclusions(later) == {}
    assert settled.run("select * from quality.offender") == []


def test_what_a_view_of_the_erp_repeats_is_parked_once(settled: Isp) -> None:
    later = date(2027, 1, 10)
    settled.run("insert into erp.service_plan values (3, 'Fibra 700 + TV', 199.90)")
    settled.run("insert into tv.service_plan_setting values (3, true, 9000)")
    neighbour = settled.sell(settled.client_plan(service_plan=3), 1)
    settled.run("alter table erp.client_plan drop constraint client_plan_pkey")
    settled.run("insert into erp.client_plan select * from erp.client_plan where service_plan_id = 1")
    settled.bill(later)
    assert settled.exclusions(later) == {1: "listed_twice", 2: "listed_twice"}
    assert settled.events(later) == {neighbour: ("processed", Decimal("10.00"))}
    books.check(settled.engine, books.BOOKS, later)


def test_many_offenders_are_counted_and_a_few_are_shown(settled: Isp) -> None:
    for _ in range(9):
        settled.sell(settled.client_plan(service_plan=1), 1)
    later = date(2027, 1, 10)
    settled.bill(later)
    settled.run("update finance.posting set amount = 9.99 where kind = 'tv_package'")
    with pytest.raises(books.CheckFailed, match="and 5 more"):
        books.check(settled.engine, books.BOOKS, later)
    assert settled.run("select count(*) from quality.offender where due_date = :d", d=later) == [(10,)]


def test_due_days_with_extras_that_no_schedule_serves_are_told_with_clients_and_money(settled: Isp) -> None:
    isp = settled
    package = isp.package("30.00")
    isp.sell(isp.client_plan(due_day=10), package)
    books.require_served(isp.engine, (5, 10))
    for price in ("12.50", None):
        isp.sell(isp.client_plan(due_day=31), package, price)
    isp.client_plan(due_day=7)
    gone = isp.client_plan(due_day=8)
    isp.sell(gone, package)
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-11-01' where id = :id", id=gone)
    with pytest.raises(books.DueDaysUnserved) as failed:
        books.require_served(isp.engine, (5, 10))
    assert (
        "No schedule bills these TV extras: due day 31 is not in MULTITV_DUE_DAYS: 2 clients with 2 TV extras, "
        "R$ 42.50 a month. Add the due days" in str(failed.value)
    )
    assert isp.run("select count(*) from quality.offender where check_name = 'unserved_extras'") == [(1,)]
    books.require_served(isp.engine, (5, 10, 31))
    assert isp.run("select count(*) from quality.offender where check_name = 'unserved_extras'") == [(0,)]


def test_what_no_due_date_ever_covers_is_warned_of(settled: Isp, caplog: pytest.LogCaptureFixture) -> None:
    settled.sell(424242, 1)
    settled.run("alter table erp.client_plan drop constraint client_plan_due_day_check")
    settled.run("update erp.client_plan set due_day = 32 where id = 3")
    settled.run("alter table erp.client_plan alter column status drop not null")
    settled.run("update erp.client_plan set status = null where id = 2")
    settled.client_plan(due_day=7)
    books.warn(settled.engine, books.NEVER_BILLED, (5, 10))
    assert "impossible_due_day: client plan 3 has due day 32. They are on no list" in caplog.text
    assert "incomplete_client_plan: client plan 2 has status null and first day 2026-01-01" in caplog.text
    assert "unserved_due_day: due day 7 is not in MULTITV_DUE_DAYS, 1 active client plans have it" in caplog.text
    assert "is of client plan 424242, which does not exist" in caplog.text
