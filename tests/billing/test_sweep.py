"""The look back finds what died or never came, and says what to do; what is well is left in peace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from multitv.billing import review, sweep, tv
from multitv.billing.standard import bill_plans, record_failure
from multitv.labels import Reason
from multitv.quality import books
from multitv.settings import get_settings
from tests.support.isp import DUE, Isp
from tests.support.report_text import unpadded
from tests.support.settings import SETTINGS

TODAY = date(2026, 12, 1)


@pytest.fixture
def sold(isp: Isp) -> Isp:
    for day in (10, 5):
        isp.sell(isp.client_plan(due_day=day), isp.package("10.00"))
    return isp


def found(isp: Isp, today: date = TODAY) -> list[tuple[date, Reason]]:
    return [(item.due_date, item.reason) for item in sweep.unfinished(isp.engine, get_settings(), today)]


def grow_old(isp: Isp) -> None:
    """What was done is a day ago."""
    isp.run(
        "update billing.run set created_at = created_at - interval '1 day', closed_at = closed_at - interval '1 day'"
    )


def test_an_isp_that_has_not_begun_is_left_in_peace(sold: Isp) -> None:
    assert found(sold) == []


def test_what_goes_well_is_left_in_peace(sold: Isp) -> None:
    tv.save(sold.engine, DUE, SETTINGS)
    grow_old(sold)
    assert found(sold) == []
    bill_plans(sold.engine, DUE)
    tv.settle(sold.engine, DUE, SETTINGS)
    grow_old(sold)
    assert found(sold) == []
    sweep.sweep(sold.engine, get_settings(), TODAY)


def test_a_list_that_was_never_saved_is_found(sold: Isp) -> None:
    request = tv.save(sold.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, review.ApprovalRequest)
    assert found(sold) == []
    grow_old(sold)
    assert found(sold) == [(DUE, Reason("review_waits"))]
    review.decide(
        sold.engine, request.review, request.digest, approved=False, by="Ana", at=datetime(2026, 12, 1, tzinfo=UTC)
    )
    assert found(sold) == [(DUE, Reason("list_never_saved"))]


def test_a_settlement_that_died_is_found_and_reported_with_the_next_step(
    sold: Isp, caplog: pytest.LogCaptureFixture
) -> None:
    tv.save(sold.engine, DUE, SETTINGS)
    bill_plans(sold.engine, DUE)
    assert found(sold) == []
    grow_old(sold)
    with pytest.raises(sweep.UnfinishedRuns, match=r"2026-12-10: settlement_stopped \(events: 1\). The report in this"):
        sweep.sweep(sold.engine, get_settings(), TODAY)
    assert (
        "| 10/12/2026 | 1 evento continua pendente com a fatura aberta, porque o lançamento parou: execute o "
        "Faturamento TV deste vencimento, que continua de onde parou |" in unpadded(caplog.text)
    )


def test_a_pending_event_without_an_invoice_is_explained_elsewhere(sold: Isp) -> None:
    tv.save(sold.engine, DUE, SETTINGS)
    bill_plans(sold.engine, DUE)
    sold.run("update finance.invoice set status = 'paid'")
    tv.settle(sold.engine, DUE, SETTINGS)
    grow_old(sold)
    assert found(sold) == []


def test_a_standard_billing_that_failed_is_found(sold: Isp) -> None:
    record_failure(sold.engine, DUE, "erp_empty", "o ERP caiu")
    grow_old(sold)
    [(due, reason)] = found(sold)
    assert (due, reason) == (DUE, Reason("standard_billing_to_repair", {"cause": "erp_empty"}))
    assert reason.sentence.startswith("o Faturamento Padrão falhou (o ERP não mostra nenhum plano de cliente): corrija")


def test_a_standard_billing_of_the_erp_that_failed_is_found_without_a_cause_of_ours(sold: Isp) -> None:
    sold.run(
        "insert into billing.run (kind, due_date, status, reason) values ('standard', :due, 'failed', 'disco cheio')",
        due=DUE,
    )
    grow_old(sold)
    assert found(sold) == [(DUE, Reason("standard_billing_to_repair", {"cause": "see_detail"}))]


def test_a_standard_billing_that_never_ended_is_found(sold: Isp) -> None:
    sold.run("insert into billing.run (kind, due_date, status) values ('standard', :due, 'open')", due=DUE)
    grow_old(sold)
    assert found(sold) == [(DUE, Reason("standard_billing_stopped"))]


def test_a_saved_list_whose_run_was_deleted_while_it_waited_is_found_after_the_due_date(sold: Isp) -> None:
    tv.save(sold.engine, DUE, SETTINGS)
    deadline = DUE + timedelta(get_settings().standard_billing_deadline_days)
    assert (DUE, Reason("standard_billing_missing")) not in found(sold, deadline)
    assert (DUE, Reason("standard_billing_missing")) in found(sold, deadline + timedelta(1))
    bill_plans(sold.engine, DUE)
    tv.settle(sold.engine, DUE, SETTINGS)
    assert (DUE, Reason("standard_billing_missing")) not in found(sold, deadline + timedelta(1))


def test_a_run_that_never_came_is_found(sold: Isp) -> None:
    tv.save(sold.engine, date(2026, 12, 1), SETTINGS)
    later = date(2026, 12, 3)
    assert found(sold, later) == [(due, Reason("never_billed")) for due in (date(2026, 12, 5), DUE)]
    tv.save(sold.engine, date(2026, 12, 5), SETTINGS)
    tv.save(sold.engine, DUE, SETTINGS)
    assert found(sold, later) == []


def test_books_that_went_wrong_since_are_named_with_all_their_due_dates(sold: Isp) -> None:
    for due in (date(2026, 12, 5), DUE):
        tv.save(sold.engine, due, SETTINGS)
        bill_plans(sold.engine, due)
        tv.settle(sold.engine, due, SETTINGS)
    recent = sweep.recent_due_dates(sold.engine, TODAY)
    assert recent == [date(2026, 12, 5), DUE]
    books.check_all(sold.engine, books.BOOKS, recent)
    sold.run("alter table finance.posting disable trigger user")
    sold.run("delete from finance.posting where kind = 'tv_package'")
    with pytest.raises(books.CheckFailed, match="Due date 2026-12-05: .*Due date 2026-12-10: "):
        books.check_all(sold.engine, books.BOOKS, recent)
    rows = sold.run("select distinct check_name, due_date from quality.offender order by 2")
    assert rows == [("processed_is_posted", date(2026, 12, 5)), ("processed_is_posted", DUE)]
