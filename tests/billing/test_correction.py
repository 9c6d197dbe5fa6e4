"""Corrections of single events: once, linked, with a reason and an author; the books agree after each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from multitv.billing import correction, tv
from multitv.billing.report import tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from multitv.event_codes import event_code
from multitv.quality import books
from tests.support.concurrency import at_once, until_waiting
from tests.support.isp import DUE, FIRST, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

JANUARY = date(2027, 1, 10)


def bill(isp: Isp, due_date: date = DUE) -> None:
    isp.bill(due_date)
    books.check(isp.engine, books.BOOKS, due_date)


def correct(isp: Isp, event: int, action: correction.Action = "reverse", **other: Any) -> correction.Corrected:
    named: dict[str, Any] = {"reason": "cobrado por engano", "author": "Ana"} | other
    corrected = correction.correct(isp.engine, event, action, **named)
    books.check(isp.engine, books.BOOKS, DUE)
    return corrected


def ask(isp: Isp, event: int, action: correction.Action = "reverse", **other: Any) -> correction.Question:
    named: dict[str, Any] = {"reason": "cobrado por engano", "rebill": False} | other
    return correction.question(isp.engine, event, action, **named)


def _rows(body: str) -> list[str]:
    """The rows of the table, each with a cell before the first and after the last."""
    return [f" {line} " for line in body.splitlines() if line.startswith("|")][2:]


def invoice_totals(isp: Isp) -> dict[date, Decimal]:
    rows = isp.run(
        "select due_date, sum(amount) from finance.invoice as i join finance.posting on invoice_id = i.id group by 1"
    )
    return {row[0]: row[1] for row in rows}


@pytest.fixture
def charged(isp: Isp) -> Isp:
    """One client, charged 29.90 on top of 149.90; a second one beside."""
    package = isp.package("29.90")
    isp.sell(isp.client_plan(), package)
    isp.sell(isp.client_plan(due_day=20), package)
    bill(isp)
    return isp


def test_a_reversal_gives_the_amount_back_on_the_same_invoice_and_is_linked(charged: Isp) -> None:
    corrected = correct(charged, FIRST)
    assert corrected.posted
    assert invoice_totals(charged) == {DUE: Decimal("149.90")}
    [row] = charged.run(
        "select c.author, c.reason, credit.amount, credit.reverses_posting_id = debit.id, e.kind, e.status "
        "from billing.correction as c join finance.posting as credit on credit.billing_event_id = c.reversal_event_id "
        "join finance.posting as debit on debit.billing_event_id = c.event_id "
        "join billing.event as e on e.id = c.reversal_event_id"
    )
    assert tuple(row) == ("Ana", "cobrado por engano", Decimal("-29.90"), True, "reversal", "processed")
    assert charged.exclusions() == {1: "corrected"}
    assert "Estorno de Pacote" in corrected.explanation


@pytest.mark.parametrize("status", ["paid", "closed"])
def test_where_the_invoice_is_not_open_any_more_the_credit_goes_on_the_next_one(charged: Isp, status: str) -> None:
    charged.run("update finance.invoice set status = :s", s=status)
    assert not correct(charged, FIRST).posted
    assert "Estornos à espera de uma fatura aberta: 1 (R$ -29,90)" in tv_report(charged.engine, DUE)
    assert invoice_totals(charged) == {DUE: Decimal("179.80")}
    tv.save(charged.engine, JANUARY, SETTINGS)
    bill_plans(charged.engine, JANUARY)
    assert tv.settle(charged.engine, JANUARY, SETTINGS).credited == Tally(1, Decimal("-29.90"))
    for due in (DUE, JANUARY):
        books.check(charged.engine, books.BOOKS, due)
    assert invoice_totals(charged) == {DUE: Decimal("179.80"), JANUARY: Decimal("149.90")}
    assert tv.settle(charged.engine, JANUARY, SETTINGS).credited.count == 0


def test_what_was_reversed_is_not_charged_again_by_the_next_run(charged: Isp) -> None:
    correct(charged, FIRST)
    before = charged.tables()
    bill(charged)
    assert charged.tables() == before


def test_what_may_be_charged_again_is_at_the_price_of_today(charged: Isp) -> None:
    correct(charged, FIRST, rebill=True)
    charged.run("update tv.package set price = 19.90")
    bill(charged)
    assert invoice_totals(charged) == {DUE: Decimal("169.80")}
    assert charged.exclusions() == {}
    bill(charged)
    assert invoice_totals(charged) == {DUE: Decimal("169.80")}
    correct(charged, charged.run("select max(id) from billing.event where kind = 'charge'")[0][0])
    bill(charged)
    assert invoice_totals(charged) == {DUE: Decimal("149.90")}


def test_a_pending_event_that_was_voided_stays_away(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package())
    tv.save(isp.engine, DUE, SETTINGS)
    correct(isp, FIRST, "void")
    assert isp.events() == {sold: ("cancelled", Decimal("29.90"))}
    bill(isp)
    assert isp.events() == {sold: ("cancelled", Decimal("29.90"))}
    assert isp.exclusions() == {sold: "corrected"}


@pytest.mark.parametrize(
    ("event", "action", "said"),
    [
        (FIRST, "void", f"O evento {event_code(FIRST)} já foi processado e não se cancela mais: escolha Estornar"),
        (
            FIRST + 1,
            "reverse",
            f"O evento {event_code(FIRST + 1)} ainda está pendente e não se estorna: escolha Cancelar",
        ),
        (FIRST + 7, "reverse", f"Não há evento {event_code(FIRST + 7)}: copie o código de novo da página do cliente"),
        (77, "reverse", "Não há evento EV-00000000-00000077-"),
    ],
)
def test_what_cannot_be_corrected_so_is_refused_with_the_way_out(
    charged: Isp, event: int, action: correction.Action, said: str
) -> None:
    plan = charged.client_plan()
    charged.sell(plan, 1)
    tv.save(charged.engine, DUE, SETTINGS)
    before = charged.tables()
    with pytest.raises(correction.CorrectionRefused, match=said):
        correct(charged, event, action)
    with pytest.raises(correction.CorrectionRefused, match=said):
        ask(charged, event, action)
    assert charged.tables() == before


@pytest.mark.parametrize(
    ("missing", "said"), [({"reason": " "}, "A correção não tem motivo"), ({"author": ""}, "A correção não tem autor")]
)
def test_a_correction_has_a_reason_and_an_author(charged: Isp, missing: dict[str, Any], said: str) -> None:
    with pytest.raises(correction.CorrectionRefused, match=said):
        correct(charged, FIRST, **missing)


def test_whoever_decides_sees_whose_event_it_is_and_its_amount_and_nothing_is_changed(charged: Isp) -> None:
    before = charged.tables()
    charged.run("update erp.client set name = 'Maria | [x](http://x)' where id = 2")
    asked = ask(charged, FIRST)
    assert asked.subject == f"Estornar o evento {event_code(FIRST)}, de R$ 29,90?"
    facts = {cells[1].strip(): cells[2].strip() for cells in (line.split(" | ") for line in _rows(asked.body))}
    assert facts == {
        "evento": event_code(FIRST),
        "cliente": "`Maria \\| [x](http://x)`",
        "contrato": "2",
        "pacote": "Pacote 1",
        "competência": "12/2026",
        "vencimento": "10/12/2026",
        "valor": "R$ 29,90",
        "situação": "Processado",
        "motivo": "cobrado por engano",
        "pode ser cobrado de novo": "não",
    }
    assert str(FIRST) not in asked.subject + asked.body
    assert charged.tables() == before


def test_a_pending_event_is_asked_about_before_it_is_voided(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("1234.50"))
    tv.save(isp.engine, DUE, SETTINGS)
    assert ask(isp, FIRST, "void", rebill=True).subject == f"Cancelar o evento {event_code(FIRST)}, de R$ 1.234,50?"
    assert "| pode ser cobrado de novo | sim" in ask(isp, FIRST, "void", rebill=True).body


def test_a_client_that_the_erp_lost_or_repeats_can_be_asked_about(charged: Isp) -> None:
    charged.run("delete from erp.client")
    assert "cliente desconhecido" in ask(charged, FIRST).body


def test_whoever_is_asked_about_a_corrected_event_is_told_so(charged: Isp) -> None:
    correct(charged, FIRST)
    assert "Este evento já foi corrigido" in ask(charged, FIRST).body


def test_nobody_is_asked_about_a_correction_without_a_reason(charged: Isp) -> None:
    with pytest.raises(correction.CorrectionRefused, match="não tem motivo"):
        ask(charged, FIRST, reason=" ")


def test_a_correction_that_is_repeated_is_made_once_and_another_is_refused(charged: Isp) -> None:
    first = correct(charged, FIRST)
    before = charged.tables()
    assert correct(charged, FIRST) == first
    with pytest.raises(
        correction.CorrectionRefused, match="já foi corrigido por Ana .Estornar; motivo: cobrado por engano"
    ):
        correct(charged, FIRST, author="Bia")
    with pytest.raises(correction.CorrectionRefused, match="é um estorno, e só se corrige uma cobrança"):
        correct(charged, first.reversal_event or 0)
    assert charged.tables() == before


def test_twenty_at_once_reverse_a_posting_once(charged: Isp) -> None:
    def one(number: int) -> str:
        try:
            correction.correct(charged.engine, FIRST, "reverse", reason="corrida", author=f"pessoa {number}")
        except correction.CorrectionRefused:
            return "refused"
        return "done"

    assert sorted(at_once(*[partial(one, number) for number in range(20)])) == ["done"] + ["refused"] * 19
    assert invoice_totals(charged) == {DUE: Decimal("149.90")}
    assert charged.run("select count(*) from billing.correction") == [(1,)]


def test_no_posting_is_given_back_twice_whatever_the_code_does(charged: Isp) -> None:
    correct(charged, FIRST)
    with pytest.raises(DatabaseError, match="59.80 would be given back of it, more than it charged"):
        charged.run(
            "with again as (insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, "
            "package_id, due_date, reference_month, kind, amount, price_source) select run_id, client_plan_id, "
            "service_plan_id, client_package_id, package_id, due_date, reference_month, kind, amount, price_source "
            "from billing.event where kind = 'reversal' returning id) "
            "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date, "
            "reverses_posting_id) select again.id, invoice_id, kind, amount, again.id, event_due_date, "
            "reverses_posting_id from finance.posting, again "
            "where kind = 'reversal'"
        )


@pytest.mark.parametrize(
    "damage",
    [
        "update billing.event set reversed = true, amount = 1 where mod(id, 10) = 1",
        "update billing.event set reversed = false where mod(id, 10) = 1",
        "update billing.correction set author = 'x'",
        "delete from billing.correction",
        "insert into billing.correction (event_id, event_due_date, action, reason, author, rebill) "
        "values (2026121000000001, '2026-12-10', 'void', 'x', 'x', true)",
        "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date, "
        "reverses_posting_id) select 2026121000000001, invoice_id, kind, amount, 2026121000000001, event_due_date, "
        "reverses_posting_id from finance.posting where kind = 'reversal'",
    ],
)
def test_the_database_itself_refuses_what_would_undo_a_reversal(charged: Isp, damage: str) -> None:
    correct(charged, FIRST)
    with pytest.raises(DatabaseError):
        charged.run(damage)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "update billing.event set reversed = false where mod(id, 10) = 1",
            "is not reversed, its reversals are -29.90",
        ),
        ("update billing.event set amount = -9.00 where kind = 'reversal'", "its reversals are -9.00"),
        ("update finance.posting set amount = -39.00 where kind = 'reversal'", "of 29.90 is given back by -39.00"),
    ],
)
def test_a_reversal_that_does_not_net_to_zero_is_found(charged: Isp, damage: str, said: str) -> None:
    correct(charged, FIRST)
    for table in ("billing.event_record", "finance.posting"):
        charged.run(f"alter table {table} disable trigger user")
    charged.run(damage)
    with pytest.raises(books.CheckFailed, match=said):
        books.check(charged.engine, ("reversal_nets_to_zero",), DUE)


def test_two_settlements_at_once_post_a_credit_once(charged: Isp) -> None:
    charged.run("update finance.invoice set status = 'paid'")
    correct(charged, FIRST)
    for due in (JANUARY, date(2027, 2, 10)):
        tv.save(charged.engine, due, SETTINGS)
        bill_plans(charged.engine, due)
    with ThreadPoolExecutor(1) as pool:
        with charged.engine.begin() as first:
            assert correction.post_credits(first).count == 1
            second = pool.submit(tv.settle, charged.engine, JANUARY, SETTINGS)
            until_waiting(charged.engine)
        assert second.result().credited.count == 0
    assert charged.run("select count(*), sum(amount) from finance.posting where kind = 'reversal'") == [
        (1, Decimal("-29.90"))
    ]


def test_a_credit_that_waits_is_left_alone_by_every_run_until_an_invoice_can_carry_it(charged: Isp) -> None:
    charged.run("update finance.invoice set status = 'paid'")
    # An invoice of a month before, still open, is no place for it.
    charged.run("insert into finance.invoice (client_plan_id, due_date) select client_plan_id, '2026-11-10' "
                "from billing.event where mod(id, 10) = 1 and kind = 'charge' limit 1")  # fmt: skip
    assert not correct(charged, FIRST).posted
    bill(charged)
    bill(charged)
    assert charged.run("select status from billing.event where kind = 'reversal'") == [("pending",)]
    bill(charged, JANUARY)
    assert charged.run("select status from billing.event where kind = 'reversal'") == [("processed",)]
    assert invoice_totals(charged) == {DUE: Decimal("179.80"), JANUARY: Decimal("149.90")}
