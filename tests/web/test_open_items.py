"""What is pending: named on the dashboard, listed, exported, waived and paid out; by whoever may, once."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from multitv.billing import tv
from multitv.event_codes import event_code
from multitv.reports import dashboard
from tests.support.settings import SETTINGS
from tests.web.markup import Page
from tests.web.visitor import Visitor, message_of
from tests.web.world import FORMULA, SCRIPT, World

_packages = count(70_000)
_amounts = count(201)


@pytest.fixture
def month(world: World) -> dict[str, Any]:
    """A month of Maria's that is open, of a package of the test's own."""
    [(package,)] = world.run(
        "insert into tv.package (platform_uid, name, service_type, extra, price) values "
        "('open-' || :n, 'Aberto ' || :n, 'EXTENDED_SERVICE', true, 10) returning id",
        n=next(_packages),
    )
    world.run("insert into billing.open_month values (:plan, :package, :month, 31, 0)",
              plan=world.maria, package=package, month=world.open_month)  # fmt: skip
    return {"plan": world.maria, "package": package, "month": world.open_month}


@pytest.fixture
def payout(world: World) -> int:
    [(number,)] = world.run(
        "insert into billing.payout (event_id, due_date, client_plan_id, client_id, amount) "
        "select id, due_date, client_plan_id, :client, :amount from billing.event where kind = 'reversal' limit 1 "
        "returning id",
        client=world.maria, amount=next(_amounts),
    )  # fmt: skip
    return int(number)


def cost(world: World, payout: int) -> str:
    [(amount,)] = world.run("select amount from billing.payout where id = :id", id=payout)
    return f"R$ {amount:.2f}".replace(".", ",")


def address(month: dict[str, Any], decision: str = "waive_month") -> str:
    return f"/painel/pendencias/meses/{month['plan']}/{month['package']}/{month['month']}/{decision}"


def listed(person: Visitor, **asked: object) -> list[list[str]]:
    """All rows of a list, page after page, without its head."""
    page = person.page("/painel/pendencias?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    rows = page.rows[1:]
    while rows[-1] == ["Mostrar mais"]:
        [more] = page.all("button", hx_target="closest tr")
        page = person.page(more.attributes["hx-get"].removeprefix("/multitv"))
        rows = rows[:-1] + page.rows
    return rows


def exported(person: Visitor, **asked: object) -> list[dict[str, str]]:
    answer = person.get("/painel/pendencias.csv?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def decisions(world: World, month: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = world.run("select waived, author, reason from billing.waiver where client_plan_id = :plan and "
                     "package_id = :package order by id", plan=month["plan"], package=month["package"])  # fmt: skip
    return [tuple(row) for row in rows]


def test_the_dashboard_names_what_is_pending_and_leads_to_its_rows(world: World, viewer: Visitor) -> None:
    dashboard.refresh_open_items(world.engine, world.today)
    page = viewer.page("/painel")
    cards = {card.text for card in page.all("li", class_="card")[3:]}
    assert any(card.startswith("Créditos a pagar ao cliente R$ ") for card in cards)
    assert any(card.startswith("Meses em aberto R$ ") for card in cards)
    assert "Cobrado além do devido R$ " in page.text
    [(plans, packages, fees, amount)] = world.run(
        "select count(distinct client_plan_id), count(*) filter (where package_id <> 0), "
        "count(*) filter (where package_id = 0), sum(owed - charged) from billing.open_month where reference_month = "
        ":month", month=world.open_month,
    )  # fmt: skip
    shown = f"R$ {amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert page.row(f"{world.open_month:%m/%Y}") == [
        f"{world.open_month:%m/%Y}", str(plans), str(packages), str(fees), shown,
    ]  # fmt: skip
    excess = page.row("pacote cancelado")
    assert excess[0] == f"{world.settled:%d/%m/%Y}"
    assert excess[2] == "3"
    for link in page.all("a"):
        if "/painel/pendencias" in link.attributes["href"]:
            assert viewer.page(link.attributes["href"].removeprefix("/multitv")).rows[1:]


def test_a_dashboard_on_which_nothing_is_pending_says_so_in_one_line(world: World, viewer: Visitor) -> None:
    world.run("delete from reports.open_item")
    page = viewer.page("/painel")
    assert "Nada está pendente" in page.text
    assert len(page.all("li", class_="card")) == 3
    dashboard.refresh_open_items(world.engine, world.today)


def test_open_months_are_listed_with_client_package_month_and_words(world: World, viewer: Visitor) -> None:
    rows = listed(viewer, tipo="open_months", competencia=world.open_month)
    [fee] = [row for row in rows if "Maria José" in row[0] and row[1] == "Mensalidade do plano"]
    assert fee[0].endswith(f"contrato {world.maria} , 123.456.789-09") or "123.456.789-09" in fee[0]
    assert fee[2:6] == [
        f"{world.open_month:%m/%Y}", "R$ 31,00", "nenhum vencimento cobrou", "Deve R$ 31,00, e nada foi cobrado",
    ]  # fmt: skip
    [(number,)] = world.run("select count(*) from billing.open_month where reference_month = :month",
                            month=world.open_month)  # fmt: skip
    assert len(rows) == number
    assert listed(viewer, tipo="open_months", competencia=world.due(1, -9)) == [["Nada aqui."]]


def test_an_excess_is_listed_with_the_code_of_its_event_and_why(world: World, viewer: Visitor) -> None:
    rows = listed(viewer, tipo="excess_charges", vencimento=world.settled, motivo="package_cancelled")
    codes = [event_code(row[0]) for row in world.run("select unnest(event_ids) from billing.excess_charge order by 1")]
    assert sorted(row[6].split(".")[0] for row in rows) == codes
    assert {row[5] for row in rows} == {"pacote cancelado"}
    assert all("mês cheio" in row[6] for row in rows)


def test_a_long_list_is_paged_and_exported_whole_in_order(world: World, viewer: Visitor) -> None:
    month = world.due(1, -5)
    world.run("insert into billing.open_month select 800000 + n, 0, :month, n, 0 from generate_series(1, 2120) as n",
              month=month)  # fmt: skip
    rows = listed(viewer, tipo="open_months", competencia=month)
    files = exported(viewer, tipo="open_months", competencia=month)
    of_api, cursor = [], None
    while True:
        answer = viewer.read("/open-items/open_months", reference_month=month, cursor=cursor)
        of_api += [row["client_plan_id"] for row in answer["rows"]]
        cursor = answer["next"]
        if cursor is None:
            break
    world.run("delete from billing.open_month where reference_month = :month", month=month)
    assert of_api == list(range(800_001, 802_121))
    assert [int(row["Contrato"]) for row in files] == of_api
    assert len(rows) == len(of_api)
    assert sum(Decimal(row["Valor"].replace(",", ".")) for row in files) == 2120 * 2121 / 2


def test_a_file_is_harmless_and_has_the_codes_of_events(world: World, viewer: Visitor) -> None:
    waived = exported(viewer, tipo="waived_months")
    assert f"'{FORMULA}" in [row["Motivo"] for row in waived]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in waived for cell in row.values())
    excess = exported(viewer, tipo="excess_charges")
    codes = [event_code(row[0]) for row in world.run("select unnest(event_ids) from billing.excess_charge order by 1")]
    assert sorted(row["Evento"] for row in excess) == codes
    answer = viewer.get("/painel/pendencias.csv?tipo=payouts")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="creditos-a-pagar.csv"'


def test_a_pending_charge_of_a_past_due_date_is_listed_with_the_reason(world: World, viewer: Visitor) -> None:
    due = world.due(28, -2)
    plan = world.client("Atrasado da Silva", due_day=28)
    world.sell(plan, world.sports, added_on=date(2026, 1, 1))
    tv.save(world.engine, due, SETTINGS)
    dashboard.refresh_open_items(world.engine, world.today)
    [row] = [row for row in listed(viewer, tipo="overdue_charges", vencimento=due) if "Atrasado" in row[0]]
    assert row[3:6] == [f"{due:%d/%m/%Y}", "R$ 29,90", "não há fatura neste vencimento"]
    assert "Pendentes após o vencimento R$ 29,90 1 cobrança, 1 vencimento" in viewer.page("/painel").text
    # Without a due date, the oldest one's.
    assert listed(viewer, tipo="overdue_charges") == listed(viewer, tipo="overdue_charges", vencimento=due)
    world.run("update billing.run set status = 'closed', closed_at = now() where due_date = :due", due=due)
    dashboard.refresh_open_items(world.engine, world.today)


def test_a_month_is_waived_and_taken_back_by_a_form(world: World, user: Visitor, month: dict[str, Any]) -> None:
    form = user.page(address(month))
    assert "Maria José Conceição d'Ávila" in form.text
    assert "R$ 31,00" in form.text
    answer = user.send(address(month), {"reason": "cortesia"})
    assert message_of(answer) == f"Contrato {world.maria}: cobrança de {world.open_month:%m/%Y} dispensada."
    assert not [row for row in listed(user, tipo="open_months") if row[1].startswith("Aberto") and "Maria" in row[0]]
    [row] = [row for row in listed(user, tipo="waived_months") if "Maria" in row[0]]
    assert row[4] == "cortesia"
    assert "dispensado por user em " in row[5]
    answer = user.send(address(month, "take_back_waiver"), {"reason": "engano"})
    assert message_of(answer) == f"Contrato {world.maria}: {world.open_month:%m/%Y} está em aberto de novo."
    assert decisions(world, month) == [(True, "user", "cortesia"), (False, "user", "engano")]
    assert [row for row in listed(user, tipo="open_months") if row[1].startswith("Aberto")]


def test_a_waiver_without_a_reason_comes_back_with_the_field_marked(
    world: World, user: Visitor, month: dict[str, Any]
) -> None:
    answer = user.send(address(month), {"reason": " "})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "O motivo está vazio: preencha-o. Nada foi gravado." in page.text
    assert [field.attributes["name"] for field in page.all("input") if "aria-invalid" in field.attributes] == ["reason"]
    assert decisions(world, month) == []


def test_a_button_that_is_pressed_twice_waives_once(world: World, user: Visitor, month: dict[str, Any]) -> None:
    with ThreadPoolExecutor(4) as presses:
        answers = list(presses.map(lambda _: user.send(address(month), {"reason": "cortesia"}).status_code, range(4)))
    assert answers == [200] * 4
    assert decisions(world, month) == [(True, "user", "cortesia")]


def test_of_two_people_the_second_is_told_who_was_first(
    world: World, user: Visitor, op: Visitor, month: dict[str, Any]
) -> None:
    user.send(address(month), {"reason": "cortesia"})
    answer = op.send(address(month), {"reason": "outra"})
    assert answer.status_code == 422
    assert "já foi dispensada por user (motivo: cortesia). Nada foi gravado." in Page(answer.text).text


def test_a_viewer_neither_waives_nor_pays(world: World, viewer: Visitor, month: dict[str, Any], payout: int) -> None:
    before = world.written()
    assert viewer.send(address(month), {"reason": "x"}).status_code == 403
    payment = {"paid_on": str(world.today), "paid_how": "Pix"}
    assert viewer.send(f"/painel/pendencias/pagamentos/{payout}", payment).status_code == 403
    assert viewer.api("POST", f"/payouts/{payout}/payment", payment).status_code == 403
    for kind in ("open_months", "waived_months", "payouts"):
        buttons = viewer.page(f"/painel/pendencias?tipo={kind}").buttons
        assert not set(buttons) & {"Dispensar a cobrança", "Desfazer a dispensa", "Registrar pagamento"}
    assert world.written() == before


def test_a_payout_shows_whom_to_pay_and_is_noted_with_day_and_means(world: World, user: Visitor, payout: int) -> None:
    amount = cost(world, payout)
    [row] = [row for row in listed(user, tipo="payouts") if row[4] == amount]
    assert "Maria José" in row[0]
    assert "123.456.789-09" in row[0]
    assert row[5] == "engano"
    form = user.page(f"/painel/pendencias/pagamentos/{payout}")
    assert "123.456.789-09" in form.text
    assert form.fields == {"paid_on": str(world.today), "paid_how": ""}
    yesterday = world.today - timedelta(1)
    answer = user.send(f"/painel/pendencias/pagamentos/{payout}", {"paid_on": str(yesterday), "paid_how": SCRIPT})
    assert f"{amount} a Maria José" in message_of(answer)
    [made] = world.run("select paid_by, paid_on, paid_how from billing.payout where id = :id", id=payout)
    assert tuple(made) == ("user", yesterday, SCRIPT)
    assert not [row for row in listed(user, tipo="payouts") if row[4] == amount]
    [row] = [row for row in listed(user, tipo="paid_payouts") if row[4] == amount]
    assert f"Pago em {yesterday:%d/%m/%Y} ({SCRIPT}); registrado por user" in row[6]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"paid_on": "", "paid_how": "Pix"}, "Preencha o dia do pagamento."),
        ({"paid_on": "ontem", "paid_how": "Pix"}, "“ontem” não é uma data."),
        ({"paid_on": "2199-12-31", "paid_how": "Pix"}, "31/12/2199 não pode ser o dia do pagamento"),
        ({"paid_on": "2026-06-01", "paid_how": ""}, "O modo do pagamento está vazio"),
    ],
)
def test_a_payment_that_says_too_little_is_refused_in_the_form(
    world: World, user: Visitor, payout: int, typed: dict[str, str], told: str
) -> None:
    answer = user.send(f"/painel/pendencias/pagamentos/{payout}", typed)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert told in page.text
    assert page.fields == typed
    assert world.run("select paid_at from billing.payout where id = :id", id=payout) == [(None,)]


def test_two_people_note_a_payout_once(world: World, user: Visitor, op: Visitor, payout: int) -> None:
    form = {"paid_on": str(world.today), "paid_how": "Pix"}

    def pay(person: Visitor) -> tuple[str, int]:
        return person.name, person.send(f"/painel/pendencias/pagamentos/{payout}", form).status_code

    with ThreadPoolExecutor(4) as people:
        outcomes = set(people.map(pay, [user, op, user, op]))
    [(by,)] = world.run("select paid_by from billing.payout where id = :id", id=payout)
    other = {"user": "op", "op": "user"}[by]
    assert outcomes == {(by, 200), (other, 422)}


def test_a_program_waives_takes_back_and_pays(world: World, user: Visitor, month: dict[str, Any], payout: int) -> None:
    path = f"/open-months/{month['plan']}/{month['package']}/{month['month']}"
    for step, changed in (("waive", True), ("waive", False), ("take-back", True), ("take-back", False)):
        answer = user.api("POST", f"{path}/{step}", {"reason": "cortesia"})
        assert (answer.status_code, answer.json()) == (200, {"changed": changed})
    payment = {"paid_on": str(world.today), "paid_how": "Pix"}
    for changed in (True, False):
        assert user.api("POST", f"/payouts/{payout}/payment", payment).json() == {"changed": changed}
    answer = user.api("POST", f"/payouts/{payout}/payment", payment | {"paid_how": "dinheiro"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payout_refused")
    [row] = [row for row in user.read("/open-items/paid_payouts")["rows"] if row["payout_id"] == payout]
    assert (f"R$ {row['amount']}".replace(".", ","), row["event_codes"]) == (
        cost(world, payout),
        [event_code(row["event_ids"][0])],
    )
