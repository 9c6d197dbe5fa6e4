"""Carregar at the screen: the list that is kept is what Salvar then saves, and whoever reads it reads all of it."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, text

from include.local import postgres
from multitv.billing import preview, review, tv
from multitv.billing.preview import PreviewOutdated, StoredPreview
from multitv.billing.run import lock_due_date
from multitv.billing.standard import bill_plans
from multitv.billing.sweep import unfinished
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.database.migrate import migrate
from multitv.erp.facts import ErpEmpty
from multitv.offer.billing_policy import Policy, set_policy
from multitv.settings import get_settings
from tests.support.concurrency import at_once, end_waiting, until_waiting
from tests.support.databases import as_owner, as_pipeline, as_screens, own_server
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

NOVEMBER = date(2026, 11, 10)
AT = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def listed(isp: Isp) -> Isp:
    """Three clients at 10 reais that were billed in November; since then one more, and one for each of some reasons."""
    package = isp.package("10.00")
    for _ in range(3):
        isp.sell(isp.client_plan(), package)
    isp.bill(NOVEMBER)
    isp.sell(isp.client_plan(), package, "12.34", added_on=date(2026, 11, 20))
    isp.sell(isp.client_plan(status="suspended"), package)
    isp.sell(isp.client_plan(service_plan=2), package)
    isp.sell(isp.client_plan(), package, "0.00")
    isp.sell(isp.client_plan(), isp.package(None))
    isp.sell(isp.client_plan(), package, cancelled_on=date(2026, 12, 1))
    return isp


def store(isp: Isp, due: date = DUE) -> StoredPreview:
    return preview.store(isp.engine, due, SETTINGS)


def approve(isp: Isp, number: int, by: str = "Ana") -> None:
    preview.approve(isp.engine, number, by=by, at=AT)


def totals(isp: Isp, due: date = DUE) -> Any:
    [row] = isp.run("select * from billing.preview where due_date = :due", due=due)
    return row


def lines(isp: Isp, number: int) -> list[Any]:
    found: list[Any] = isp.run(
        "select * from billing.preview_line where preview_id = :p "
        "order by client_plan_id, client_package_id, reference_month",
        p=number,
    )
    return found


def outcomes(isp: Isp, number: int) -> dict[str, tuple[int, Decimal]]:
    rows = isp.run("select * from billing.preview_outcome where preview_id = :p", p=number)
    return {row.outcome: (row.client_packages, row.amount) for row in rows}


def reviews(isp: Isp) -> list[tuple[Any, ...]]:
    rows = isp.run("select decision, decided_by, decided_at from billing.review where due_date = :d order by id", d=DUE)
    return [tuple(row) for row in rows]


def assert_whole(isp: Isp, number: int) -> None:
    """The totals, the outcomes and the lines of a list are those of one list."""
    of_list, all_lines = totals(isp), lines(isp, number)
    assert of_list.id == number
    assert len(all_lines) == of_list.candidates
    by_outcome: dict[str, tuple[int, Decimal]] = {}
    for line in all_lines:
        packages, amount = by_outcome.get(line.outcome, (0, Decimal()))
        by_outcome[line.outcome] = (packages + 1, amount + (line.amount or 0))
    assert by_outcome == outcomes(isp, number)
    assert by_outcome.get("charge", (0, Decimal())) == (of_list.charges, of_list.amount)


def test_what_is_shown_is_what_is_then_saved(listed: Isp) -> None:
    number = store(listed).id
    assert_whole(listed, number)
    shown = lines(listed, number)
    assert {line.status for line in shown if line.outcome == "charge"} == {"new"}
    assert {line.outcome for line in shown} > {"charge", "client_plan_suspended", "free", "package_cancelled"}
    tv.save(listed.engine, DUE, SETTINGS)
    assert {line.client_package_id: ("pending", line.amount) for line in shown if line.outcome == "charge"} == (
        listed.events()
    )
    excluded = {line.client_package_id: line.outcome for line in shown if line.outcome != "charge"}
    assert excluded == listed.exclusions()
    assert all((line.amount, line.status) == (None, None) for line in shown if line.outcome != "charge")


def test_a_line_says_where_its_amount_comes_from(listed: Isp) -> None:
    set_policy(as_screens(listed.engine), "Ana", Policy(proration="daily", timing="arrears"))
    [line] = [line for line in lines(listed, store(listed).id) if line.price == Decimal("12.34")]
    assert (line.reference_month, line.days, line.denominator) == (date(2026, 11, 1), 11, 30)
    assert (line.amount, line.price_source, line.event_id) == (Decimal("4.52"), "client", None)


def test_the_totals_stand_beside_those_of_the_month_before(listed: Isp) -> None:
    listed.run("update tv.client_package set price = 11.50 where id = 2")
    stored = store(listed)
    of_list = totals(listed)
    assert (of_list.charges, of_list.amount) == (4, Decimal("43.84"))
    assert (of_list.last_charges, of_list.last_amount) == (3, Decimal("30.00"))
    assert of_list.concerns == [
        {"code": "charges_changed", "parameters": {"share": 0.2, "before": "3", "after": "4"}},
        {"code": "amount_changed", "parameters": {"share": 0.2, "before": "30.00", "after": "43.84"}},
    ]
    assert "* O total mudou mais de 20% em um mês: de R$ 30,00 para R$ 43,84." in stored.markdown
    changes = listed.run(
        "select number, client_plan_id, amount_before, amount_after from billing.preview_change "
        "where preview_id = :p order by number",
        p=stored.id,
    )
    plans = dict(map(tuple, listed.run("select id, client_plan_id from tv.client_package")))
    assert [tuple(row) for row in changes] == [
        (1, plans[4], Decimal("0.00"), Decimal("12.34")),
        (2, plans[2], Decimal("10.00"), Decimal("11.50")),
    ]
    assert "**4 (R$ 43,84)** de 9 pacotes da lista seriam cobrados. No mês anterior: 3 (R$ 30,00)." in stored.markdown


def test_a_change_is_that_of_all_packages_of_a_client_plan(listed: Isp) -> None:
    plan = listed.client_plan()
    for price in ("5.00", "6.00"):
        listed.sell(plan, listed.package(price))
    tv.save(listed.engine, NOVEMBER, SETTINGS)
    listed.run("update tv.package set price = 9.00 where price = 6.00")
    store(listed)
    [row] = listed.run("select * from billing.preview_change where client_plan_id = :plan", plan=plan)
    assert (row.amount_before, row.amount_after) == (Decimal("11.00"), Decimal("14.00"))


def test_what_was_saved_and_settled_stays_on_the_list(listed: Isp) -> None:
    store(listed)
    digest = totals(listed).digest
    tv.save(listed.engine, DUE, SETTINGS)
    events = dict(map(tuple, listed.run("select client_package_id, id from billing.event where due_date = :d", d=DUE)))
    for status in ("pending", "processed"):
        if status == "processed":
            bill_plans(listed.engine, DUE)
            tv.settle(listed.engine, DUE, SETTINGS)
        number = store(listed).id
        assert_whole(listed, number)
        charges = [line for line in lines(listed, number) if line.outcome == "charge"]
        assert {line.status for line in charges} == {status}
        assert {line.client_package_id: line.event_id for line in charges} == events
        assert totals(listed).digest == digest


def test_a_list_that_is_processed_in_part_has_each_charge_once(listed: Isp) -> None:
    tv.save(listed.engine, DUE, SETTINGS)
    bill_plans(listed.engine, DUE)
    listed.run(
        "update finance.invoice set status = 'paid' where due_date = :d "
        "and client_plan_id = (select client_plan_id from tv.client_package where id = 1)",
        d=DUE,
    )
    tv.settle(listed.engine, DUE, SETTINGS)
    listed.sell(listed.client_plan(), 1)
    number = store(listed).id
    assert_whole(listed, number)
    charges = [line.status for line in lines(listed, number) if line.outcome == "charge"]
    assert sorted(charges) == ["new", "pending", "processed", "processed", "processed"]


def test_a_pending_event_that_salvar_would_cancel_is_named(listed: Isp) -> None:
    tv.save(listed.engine, DUE, SETTINGS)
    listed.run("update tv.client_package set cancelled_on = '2026-12-02' where id = 1")
    [(event,)] = listed.run("select id from billing.event where client_package_id = 1 and due_date = :d", d=DUE)
    [line] = [line for line in lines(listed, store(listed).id) if line.client_package_id == 1]
    assert (line.outcome, line.status, line.amount, line.event_id) == ("package_cancelled", None, None, event)


def test_a_package_that_the_erp_shows_twice_is_one_line(listed: Isp) -> None:
    listed.run("alter table erp.client_plan drop constraint client_plan_pkey cascade")
    listed.run(
        "insert into erp.client_plan select plan.* from erp.client_plan as plan "
        "join tv.client_package as sold on client_plan_id = plan.id where sold.id = 1"
    )
    number = store(listed).id
    assert_whole(listed, number)
    assert [line.outcome for line in lines(listed, number) if line.client_package_id == 1] == ["listed_twice"]


def test_nothing_of_billing_is_written_or_waited_for(listed: Isp) -> None:
    before = listed.tables(), reviews(listed)
    with listed.engine.begin() as holder:
        lock_due_date(holder, DUE)
        store(listed)
    assert (listed.tables(), reviews(listed)) == before


def test_a_due_date_with_nobody_on_its_list_has_an_empty_one(listed: Isp) -> None:
    nobody = date(2026, 12, 11)
    stored = store(listed, nobody)
    of_list = totals(listed, nobody)
    assert (of_list.id, of_list.candidates, of_list.charges, of_list.amount) == (stored.id, 0, 0, Decimal())
    assert lines(listed, stored.id) == [] == list(outcomes(listed, stored.id))
    approve(listed, stored.id)
    assert isinstance(tv.save(listed.engine, nobody, SETTINGS, approval="always"), tv.Saved)


def test_an_empty_erp_is_no_list_and_the_one_before_stays(listed: Isp) -> None:
    stored = store(listed)
    listed.run("truncate erp.client_plan")
    with pytest.raises(ErpEmpty):
        store(listed)
    assert_whole(listed, stored.id)


def test_carregar_again_replaces_the_list_of_that_due_date_alone(listed: Isp) -> None:
    other = store(listed, NOVEMBER)
    first = store(listed)
    listed.run("update tv.client_package set price = 20.00 where id = 1")
    second = store(listed)
    assert second.id > first.id > other.id
    assert_whole(listed, second.id)
    assert totals(listed).amount == Decimal("52.34")
    assert outcomes(listed, first.id) == {}
    assert totals(listed, NOVEMBER).id == other.id
    # The lines of the first are there for whoever is reading them, until the next list.
    assert len(lines(listed, first.id)) == 9
    store(listed, NOVEMBER)
    assert lines(listed, first.id) == []
    assert len(lines(listed, second.id)) == 9
    assert len(listed.run("select from pg_inherits where inhparent = 'billing.preview_line'::regclass")) == 3


def shown(connection: Connection) -> tuple[Any, ...]:
    """What the screen shows: the totals, then the lines of that list."""
    of_list = connection.execute(text("select id, candidates, amount from billing.preview")).one()
    statement = text("select count(*), sum(amount) from billing.preview_line where preview_id = :p")
    return tuple(of_list), tuple(connection.execute(statement, {"p": of_list.id}).one())


def test_whoever_reads_during_a_replacement_sees_the_old_list_or_the_new_one(listed: Isp) -> None:
    first = store(listed)
    old = ((first.id, 9, Decimal("42.34")), (9, Decimal("42.34")))
    listed.run("update tv.client_package set price = 20.00 where id = 1")
    with ThreadPoolExecutor(1) as pool, listed.engine.connect() as reader:
        with as_owner(listed.engine).begin() as approval:
            # Held where a screen approves, all but replaced.
            approval.execute(text("select from billing.preview for update"))
            replacing = pool.submit(store, listed)
            until_waiting(listed.engine)
            assert shown(reader) == old
            reader.rollback()
            reader.execution_options(isolation_level="REPEATABLE READ")
            assert tuple(reader.execute(text("select id, candidates, amount from billing.preview")).one()) == old[0]
        second = replacing.result(timeout=30)
        assert shown(reader) == old
        reader.rollback()
        assert shown(reader) == ((second.id, 9, Decimal("52.34")), (9, Decimal("52.34")))


def test_readers_and_lists_do_not_wait_for_whoever_reads_for_long(listed: Isp) -> None:
    store(listed)
    with listed.engine.begin() as backup:
        backup.execute(text("select count(*) from billing.preview_line"))
        began = monotonic()
        for _ in range(3):
            last = store(listed)
        assert_whole(listed, last.id)
        assert monotonic() - began < 10
    store(listed)
    assert len(listed.run("select from pg_inherits where inhparent = 'billing.preview_line'::regclass")) == 2


def test_lists_at_once_are_all_kept_and_the_last_one_stays(listed: Isp) -> None:
    dues = [DUE, DUE, NOVEMBER, DUE, date(2026, 12, 11), DUE]
    numbers = [stored.id for stored in at_once(*[partial(store, listed, due) for due in dues])]
    assert len(set(numbers)) == len(dues)
    assert_whole(listed, max(number for number, due in zip(numbers, dues, strict=True) if due == DUE))


def test_lists_are_kept_while_their_due_date_is_billed(listed: Isp) -> None:
    def bill_thrice() -> None:
        for _ in range(3):
            listed.bill(DUE)

    def store_often() -> None:
        for _ in range(6):
            store(listed)

    at_once(bill_thrice, store_often, store_often)
    assert_whole(listed, totals(listed).id)


def test_a_list_that_dies_in_the_middle_leaves_the_one_before_whole(listed: Isp) -> None:
    first = store(listed)
    listed.run("update tv.client_package set price = 20.00 where id = 1")
    with ThreadPoolExecutor(1) as pool:
        with as_owner(listed.engine).begin() as approval:
            approval.execute(text("select from billing.preview for update"))
            dying = pool.submit(store, listed)
            end_waiting(listed.engine)
        with pytest.raises(DatabaseUnavailable):
            dying.result(timeout=30)
    assert_whole(listed, first.id)
    assert totals(listed).amount == Decimal("42.34")
    assert_whole(listed, store(listed).id)


def test_an_approved_list_is_saved_unasked_under_the_name_of_who_pressed_salvar(listed: Isp) -> None:
    approve(listed, store(listed).id)
    assert isinstance(tv.save(listed.engine, DUE, SETTINGS, approval="always"), tv.Saved)
    assert reviews(listed) == [("approved", "Ana", AT)]
    assert len(listed.events()) == 4


def test_a_list_that_changed_after_it_was_approved_is_asked_about(listed: Isp) -> None:
    approve(listed, store(listed).id)
    listed.run("update tv.client_package set price = 10.01 where id = 1")
    assert isinstance(tv.save(listed.engine, DUE, SETTINGS, approval="always"), review.ApprovalRequest)
    assert listed.events() == {}
    assert reviews(listed) == [("approved", "Ana", AT), (None, None, None)]
    approve(listed, store(listed).id)
    assert isinstance(tv.save(listed.engine, DUE, SETTINGS, approval="always"), tv.Saved)
    assert listed.events()[1] == ("pending", Decimal("10.01"))


@pytest.mark.parametrize("gone", ["replaced", "lost", "never there"])
def test_a_list_that_is_not_kept_any_more_is_not_approved(listed: Isp, gone: str) -> None:
    number = store(listed).id
    if gone == "replaced":
        store(listed)
    elif gone == "lost":
        listed.run("delete from billing.preview")
    else:
        number += 1000
    with pytest.raises(PreviewOutdated, match=f"A lista {number} não está mais guardada.*Carregue outra vez"):
        approve(listed, number)
    assert reviews(listed) == []


def test_salvar_pressed_twice_is_one_approval_and_of_two_people_each_is_kept(listed: Isp) -> None:
    number = store(listed).id
    at_once(*[partial(approve, listed, number)] * 4)
    assert reviews(listed) == [("approved", "Ana", AT)]
    approve(listed, number, by="Bruno")
    assert [row[1] for row in reviews(listed)] == ["Ana", "Bruno"]


def test_a_rejection_before_does_not_outweigh_the_approval(listed: Isp) -> None:
    request = tv.save(listed.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, review.ApprovalRequest)
    review.decide(listed.engine, request.review, request.digest, approved=False, by="Bruno", at=AT)
    approve(listed, store(listed).id)
    assert isinstance(tv.save(listed.engine, DUE, SETTINGS, approval="always"), tv.Saved)
    assert [row[:2] for row in reviews(listed)] == [("rejected", "Bruno"), ("approved", "Ana")]


def test_of_a_list_that_a_rule_had_let_pass_the_approval_is_kept_all_the_same(listed: Isp) -> None:
    tv.save(listed.engine, DUE, SETTINGS, approval="never")
    approve(listed, store(listed).id)
    assert [row[1] for row in reviews(listed)] == ["nobody (approval: never)", "Ana"]
    assert tv.save(listed.engine, DUE, SETTINGS, approval="always") == tv.Saved(0, 0, tv.NOTHING)


def test_the_sweep_says_the_same_whether_or_not_a_list_was_approved(listed: Isp) -> None:
    settings, today = get_settings(), date(2026, 12, 1)
    before = unfinished(listed.engine, settings, today)
    assert [item.reason.code for item in before] == ["never_billed"]
    approve(listed, store(listed).id)
    assert unfinished(listed.engine, settings, today) == before
    tv.save(listed.engine, DUE, SETTINGS, approval="always")
    assert unfinished(listed.engine, settings, today) == []


def test_a_question_that_waits_in_airflow_may_still_be_answered(listed: Isp) -> None:
    request = tv.save(listed.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, review.ApprovalRequest)
    approve(listed, store(listed).id)
    assert isinstance(tv.save(listed.engine, DUE, SETTINGS, approval="always"), tv.Saved)
    review.decide(listed.engine, request.review, request.digest, approved=True, by="Bruno", at=AT)
    assert tv.save(listed.engine, DUE, SETTINGS, approval="always") == tv.Saved(0, 0, tv.NOTHING)


def test_after_a_crash_of_the_database_there_is_no_list_and_no_number_is_given_twice() -> None:
    with own_server() as server:
        engine = engine_for(postgres.database(server, "isp"))
        migrate(engine)
        isp = Isp(as_pipeline(engine))
        isp.offer_plans()
        isp.sell(isp.client_plan(), isp.package())
        first = store(isp)
        os.kill(int((server.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        server.start()
        assert isp.run("select from billing.preview") == []
        assert lines(isp, first.id) == []
        with pytest.raises(PreviewOutdated):
            approve(isp, first.id)
        second = store(isp)
        assert second.id > first.id
        assert_whole(isp, second.id)


def test_a_page_is_read_by_its_keys(listed: Isp) -> None:
    number = store(listed).id
    whole = lines(listed, number)
    for outcome in (None, "charge"):
        where = "and outcome = :o" if outcome else ""
        read: list[Any] = []
        after = (0, 0, date(2000, 1, 1))
        while page := listed.run(
            f"select * from billing.preview_line where preview_id = :p {where} and (client_plan_id, "  # noqa: S608
            "client_package_id, reference_month) > (:a, :b, :c) order by client_plan_id, client_package_id, "
            "reference_month limit 2",
            p=number,
            a=after[0],
            b=after[1],
            c=after[2],
            **({"o": outcome} if outcome else {}),
        ):
            read += page
            after = (page[-1].client_plan_id, page[-1].client_package_id, page[-1].reference_month)
        assert read == [line for line in whole if outcome in (None, line.outcome)]
