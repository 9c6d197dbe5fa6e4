"""A person who knows neither codes nor English reads what was billed, what was not, and what is left to do."""

from __future__ import annotations

from datetime import date

import pytest

from multitv.billing import sweep, tv
from multitv.billing.correction import correct
from multitv.billing.report import standard_report, tv_report
from multitv.billing.review import ApprovalRequest
from multitv.billing.standard import bill_plans, record_failure
from multitv.settings import get_settings
from tests.support.isp import DUE, Isp
from tests.support.report_text import assert_readable, unpadded
from tests.support.settings import SETTINGS
from tests.support.vocabularies import vocabularies

LATER = date(2026, 12, 20)


@pytest.fixture
def busy(isp: Isp) -> Isp:
    """A due date with everything that a report may say: each reason of exclusion, each reason to stay pending."""
    package = isp.package("29.90")
    plans = [isp.client_plan() for _ in range(6)]
    reversed_, cancelled, closed, paid, _, moved = plans
    for plan in plans:
        isp.sell(plan, package)
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    for plan, status in ((closed, "closed"), (paid, "paid")):
        isp.run("update finance.invoice set status = :status where client_plan_id = :plan", status=status, plan=plan)
    tv.settle(isp.engine, DUE, SETTINGS)
    isp.run("update finance.invoice set status = 'paid' where client_plan_id = :plan", plan=reversed_)
    [(event,)] = isp.run("select id from billing.event where client_plan_id = :plan", plan=reversed_)
    correct(isp.engine, event, "reverse", reason="engano", author="Ana")
    isp.run("update tv.client_package set cancelled_on = '2026-12-01' where client_plan_id = :plan", plan=cancelled)
    isp.sell(isp.client_plan(), package)
    isp.sell(plans[4], isp.package("10.00"))
    tv.save(isp.engine, DUE, SETTINGS)
    isp.sell(isp.client_plan(service_plan=2), package)
    isp.sell(isp.client_plan(), package)
    isp.run(
        "insert into billing.exclusion select run.id, 1, 1000 + row_number() over (), 1, code, date '2026-12-01' "
        "from billing.exclusion_reason, billing.run where kind = 'tv'"
    )
    isp.run("update erp.client_plan set due_day = 20 where id = :plan", plan=moved)
    bill_plans(isp.engine, LATER)
    return isp


def test_the_report_on_the_tv_billing(busy: Isp) -> None:
    report = tv_report(busy.engine, DUE)
    assert_readable(report, busy.engine)
    words = unpadded(report)
    assert words.startswith("# Faturamento TV, vencimento 10/12/2026 Situação: Salvo | plano de serviço | esperado |")
    assert ": o lançamento na fatura ainda não foi feito. A próxima execução deste vencimento tenta de novo." in words
    for why in ("não há fatura neste vencimento", "a fatura já está fechada", "a fatura já está paga"):
        assert f": {why}. Vão para a próxima fatura aberta do contrato" in words
    assert "Estornos à espera de uma fatura aberta: 1 (R$ -29,90)." in words
    assert "Eventos já processados que hoje não seriam cobrados: 1 (R$ 29,90), pacote cancelado." in words
    assert "Cobranças novas desde que a lista foi salva: 1 (R$ 29,90)." in words
    assert "| já cobrado neste mês | 1 |" in words


def test_a_due_date_without_anybody(isp: Isp) -> None:
    for report in (tv_report(isp.engine, LATER), standard_report(isp.engine, LATER)):
        assert "vencimento 20/12/2026" in report
        assert_readable(report, isp.engine)


def test_every_state_of_a_run_has_words(isp: Isp) -> None:
    for status in vocabularies(isp.engine)["billing.run", "status"]:
        isp.run(
            "insert into billing.run (kind, due_date, status, reason, closed_at) values ('tv', :due, :status, 'x', "
            "case :status when 'closed' then now() end) on conflict (kind, due_date) do update set "
            "status = excluded.status, closed_at = excluded.closed_at",
            due=DUE,
            status=status,
        )
        assert_readable(tv_report(isp.engine, DUE), isp.engine)


def test_the_reports_on_the_standard_billing(busy: Isp) -> None:
    report = standard_report(busy.engine, DUE)
    assert_readable(report, busy.engine)
    words = unpadded(report)
    assert "| Plano | 6 | 6 | R$ 899,40 |" in words
    assert "| Pacote Extra | 4 | 4 | R$ 119,60 |" in words
    later = standard_report(busy.engine, LATER)
    assert_readable(later, busy.engine)
    assert "| ainda sem lançamento | 1 | 0 | R$ 0,00 |" in unpadded(later)
    assert "1 plano de cliente mudou de vencimento e já tem a mensalidade" in later


def test_the_list_that_is_loaded(busy: Isp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    caplog.set_level("INFO")
    tv.summarise_due_date(busy.engine, DUE)
    [record] = [record for record in caplog.records if record.name == "multitv.billing.tv"]
    assert_readable(record.getMessage(), busy.engine)
    assert "| Fibra 500 + TV | Cobrança |" in unpadded(record.getMessage())
    assert (
        "8 planos de clientes têm este vencimento. Pacotes na lista: 10; a cobrar: 8 (R$ 219,30)."
        in record.getMessage()
    )


def test_the_question_before_a_list_is_saved(busy: Isp) -> None:
    request = tv.save(busy.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, ApprovalRequest)
    assert_readable(request.subject, busy.engine)
    assert_readable(request.body, busy.engine)


def test_a_single_charge_is_no_plural(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    request = tv.save(isp.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, ApprovalRequest)
    assert request.subject == "Faturamento TV, vencimento 10/12/2026: salvar 1 evento, R$ 29,90?"
    assert request.body.startswith("**1 (R$ 29,90)** de 1 pacote da lista seria cobrado.")


def test_the_runs_that_are_stuck(busy: Isp, caplog: pytest.LogCaptureFixture) -> None:
    record_failure(busy.engine, date(2026, 12, 5), "erp_empty", "erp.client_plan is empty")
    busy.run(
        "update billing.run set created_at = created_at - interval '1 day', closed_at = closed_at - interval '1 day'"
    )
    caplog.clear()
    caplog.set_level("INFO")
    with pytest.raises(sweep.UnfinishedRuns):
        sweep.sweep(busy.engine, get_settings(), DUE)
    [record] = [record for record in caplog.records if record.name == "multitv.billing.sweep"]
    assert_readable(record.getMessage(), busy.engine)
    assert (
        "| 05/12/2026 | o Faturamento Padrão falhou (o ERP não mostra nenhum plano de cliente): " in record.getMessage()
    )
