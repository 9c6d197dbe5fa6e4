"""Reports on a billing run in Portuguese, as Markdown for the task's log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine

from multitv.billing.run import Tally, name_service_plan, read_run
from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.labels import counted, label, number
from multitv.markdown import table, with_data_docs
from multitv.money import reais

log = logging.getLogger(__name__)
_AGAIN = "A próxima execução deste vencimento tenta de novo."
_WITHOUT_INVOICE = ("no_invoice", "invoice_closed", "invoice_paid")
_NEXT_INVOICE = "Vão para a próxima fatura aberta do contrato, quando o vencimento dela for lançado."
_SAVE = "Execute o Faturamento TV deste vencimento de novo para salvá-las."
# The number of rows that a report names one by one, at most.
_LISTED = 50


def tv_report(engine: Engine, due_date: date, data_docs: str | None = None) -> str:
    """Log and return a due date's TV billing, by service plan; amounts are in reais. Raises DatabaseUnavailable.

    `data_docs` is the address of what the gate of the events found.
    """
    report = with_data_docs(_tv_report(engine, due_date), data_docs)
    log.info("%s", report)
    return report


def standard_report(engine: Engine, due_date: date) -> str:
    """Log and return a due date's invoices, by kind of posting; amounts are in reais. Raises DatabaseUnavailable."""
    report = _standard_report(engine, due_date)
    log.info("%s", report)
    return report


def _tv_report(engine: Engine, due_date: date) -> str:
    of_date = {"due_date": due_date}
    with bulk_transaction(engine) as connection:
        run = read_run(connection, "tv", due_date)
        plans = connection.execute(named("billing/report"), of_date).all()
        reasons = connection.execute(named("billing/exclusion_reasons"), of_date).all()
        pending = connection.execute(named("billing/pending_reasons"), of_date).all()
        excess = connection.execute(named("billing/excess_charges"), of_date).all()
        short = read_as(Tally, connection.execute(named("billing/count_shortfalls"), of_date).one())
        given_back = connection.execute(named("billing/count_credits"), of_date).one()
        unbilled = read_as(Tally, connection.execute(named("billing/count_unbilled"), of_date).one())
        parked = _read_parked(connection, due_date)
    if run is None:
        return f"# Faturamento TV, vencimento {due_date:%d/%m/%Y}\n\nNão há nada a faturar neste vencimento."
    lines = [f"# Faturamento TV, vencimento {due_date:%d/%m/%Y}", "", f"Situação: {label(run.status)}", ""]
    lines += table(
        ["plano de serviço", "esperado", "eventos", "lançamentos", "pendentes", "cancelados", "não cobrados"],
        [*map(_books_of, plans), _total(plans)],
    )
    if reasons:
        rows = [[label(row.reason), number(row.candidates)] for row in reasons]
        lines += ["", *table(["não cobrados porque", "pacotes"], rows)]
    notes = [
        f"Eventos ainda pendentes: {Tally(row.events, row.amount)}: {label(row.reason)}. "
        f"{_NEXT_INVOICE if row.reason in _WITHOUT_INVOICE and run.status == 'saved' else _AGAIN}"
        for row in pending
    ]
    if given_back.waiting:
        in_parts = f" Já lançados em parte: {number(given_back.in_parts)}." if given_back.in_parts else ""
        notes.append(
            f"Estornos à espera de uma fatura aberta: {Tally(given_back.waiting, given_back.amount)}. Ficam para um "
            f"vencimento posterior.{in_parts}"
        )
    if given_back.payouts:
        notes.append(
            "Créditos a pagar ao cliente, porque o contrato não está ativo e não terá fatura: "
            f"{Tally(int(given_back.payouts), given_back.to_pay_out)}."
        )
    notes += [
        f"Eventos já processados que hoje não seriam cobrados: {Tally(row.events, row.amount)}, {label(row.reason)}. "
        "Veja se é preciso estornar."
        for row in excess
    ]
    if short.count:
        notes.append(
            f"Pacotes que hoje devem mais do que este vencimento cobrou: {short}. A política de faturamento pode "
            "cobrar a diferença no próximo."
        )
    if unbilled.count:
        notes.append(f"Cobranças novas desde que a lista foi salva: {unbilled}. {_SAVE}")
    return "\n".join([*lines, *(line for note in notes for line in ("", note)), *_parked(parked)])


def _standard_report(engine: Engine, due_date: date) -> str:
    with bulk_transaction(engine) as connection:
        rows = connection.execute(named("billing/standard_report"), {"due_date": due_date}).all()
        paid = connection.execute(named("billing/fees_posted_before"), {"due_date": due_date}).all()
        posted = read_as(
            Tally, connection.execute(named("billing/count_posted_open_fees"), {"due_date": due_date}).one()
        )
        open_fees = connection.execute(named("billing/open_fees"), {"due_date": due_date, "listed": _LISTED}).all()
        parked = _read_parked(connection, due_date)
    title = f"# Faturamento Padrão, vencimento {due_date:%d/%m/%Y}"
    if not rows:
        nothing = (
            "Não há faturas neste vencimento."
            if parked
            else "Nenhum plano de cliente tem este vencimento: não há faturas."
        )
        return "\n".join([title, "", nothing, *_parked(parked)])
    lines = [
        title,
        "",
        *table(
            ["tipo de lançamento", "faturas", "lançamentos", "valor"],
            [[label(row.kind), number(row.invoices), number(row.postings), reais(row.amount)] for row in rows],
        ),
    ]
    if paid:
        moved = counted(
            len(paid),
            "plano de cliente mudou de vencimento e já tem",
            "planos de clientes mudaram de vencimento e já têm",
        )
        lines += [
            "",
            f"{moved} a mensalidade deste mês em outra fatura. Ela não é cobrada de novo.",
            "",
            *table(
                ["plano do cliente", "fatura", "vencimento da fatura", "mensalidade"],
                [
                    [row.client_plan_id, row.invoice_id, f"{row.due_date:%d/%m/%Y}", reais(row.amount)]
                    for row in paid[:_LISTED]
                ],
            ),
        ]
    if len(paid) > _LISTED:
        more = counted(len(paid) - _LISTED, "plano de cliente", "planos de clientes")
        lines += ["", f"E mais {more}: quem cuida do Airflow tem a lista inteira."]
    if posted.count:
        lines += ["", f"Mensalidades de meses anteriores cobradas com este vencimento: {posted}."]
    return "\n".join([*lines, *_open_fees(open_fees), *_parked(parked)])


def _open_fees(rows: Sequence[Any]) -> list[str]:
    """Return the lines that name the plan fees of older months that were never billed, none if there are none."""
    if not rows:
        return []
    stand = f"Mensalidades de meses anteriores que nunca foram cobradas: {Tally(rows[0].fees, rows[0].total)}."
    return [
        "",
        f"{stand} Lance-as no ERP, ou combine com o cliente.",
        "",
        *table(
            ["plano do cliente", "competência", "mensalidade"],
            [[row.client_plan_id, f"{row.reference_month:%m/%Y}", reais(row.amount)] for row in rows],
        ),
    ]


def _read_parked(connection: Connection, due_date: date) -> Sequence[Any]:
    parameters = {"due_date": due_date, "listed": _LISTED}
    return connection.execute(named("billing/parked_client_plans"), parameters).all()


def _parked(rows: Sequence[Any]) -> list[str]:
    """Return the lines that name the parked client plans of a due date, none if there are none."""
    if not rows:
        return []
    total = rows[0].parked
    stands = counted(
        total,
        "plano de cliente está com erro nos dados do ERP",
        "planos de clientes estão com erro nos dados do ERP",
    )
    next_step = (
        "Nada se cobra enquanto isso, e o que já estava pendente espera. Corrija os dados e execute o Faturamento "
        "Padrão e o Faturamento TV deste vencimento de novo."
    )
    lines = [
        "",
        f"{stands}. {next_step}",
        "",
        *table(
            ["plano do cliente", "cliente", "erro"],
            [
                ["—" if row.id is None else row.id, "—" if row.client_id is None else row.client_id, label(row.reason)]
                for row in rows
            ],
        ),
    ]
    if total > len(rows):
        more = counted(total - len(rows), "plano de cliente", "planos de clientes")
        lines += ["", f"E mais {more}: quem cuida do Airflow tem a lista inteira."]
    return lines


def _books_of(plan: Any) -> list[object]:
    return [
        name_service_plan(plan.service_plan_id, plan.service_plan),
        Tally(plan.expected, plan.expected_amount),
        Tally(plan.events, plan.events_amount),
        Tally(plan.postings, plan.posted_amount),
        *(number(count) for count in (plan.pending, plan.cancelled, plan.exclusions)),
    ]


def _total(plans: Sequence[Any]) -> list[object]:
    def of(count: str, amount: str) -> Tally:
        return Tally(sum(getattr(row, count) for row in plans), sum((getattr(row, amount) for row in plans), Decimal()))

    return [
        "total",
        of("expected", "expected_amount"),
        of("events", "events_amount"),
        of("postings", "posted_amount"),
        *(number(sum(getattr(row, column) for row in plans)) for column in ("pending", "cancelled", "exclusions")),
    ]
