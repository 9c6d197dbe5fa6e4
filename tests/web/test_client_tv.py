"""Cliente, Plano ativo, TV: all that is known of one client plan, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from time import monotonic, sleep
from uuid import uuid4

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.contracts.promotions import add_promotion
from multitv.event_codes import event_code
from tests.web.markup import Page
from tests.web.server import Web
from tests.web.visitor import SAME_ORIGIN, Visitor, message_of
from tests.web.world import SCRIPT, World


def test_the_contract_and_its_packages(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.maria}")
    assert page.all("h1")[0].text == "Maria José Conceição d'Ávila Ativo"
    assert "Documento 123.456.789-09" in page.text
    assert "Vencimento dia 10" in page.text
    assert "Pacote liberado no Plano: TV Família" in page.text
    assert page.row("Esportes & Cia")[1:5] == ["R$ 29,90", "01/06/2026", "—", "Ativo"]
    assert page.row("Cinema")[1] == "R$ 9,99 próprio do cliente"
    [sold] = [row["id"] for row in viewer.read(f"/client-plans/{world.maria}/packages") if not row["served"]]
    assert page.row("Pacote de outrora")[0] == f"Pacote de outrora nº {sold} não é mais vendido"


def test_a_package_that_begins_later_or_has_ended_says_so(world: World, viewer: Visitor) -> None:
    plan = world.client()
    world.sell(plan, world.sports, added_on=world.coming)
    world.sell(plan, world.films, cancelled_on=world.settled)
    page = viewer.page(f"/clientes/{plan}/pacotes")
    assert page.row("Esportes")[2:5] == [f"{world.coming:%d/%m/%Y}", "—", "Futuro"]
    assert page.row("Cinema")[3:5] == [f"{world.settled:%d/%m/%Y}", "Cancelado"]


def test_a_promotion_stands_beside_the_price_while_it_counts_and_before(world: World, viewer: Visitor) -> None:
    plan = world.client()
    free = world.sell(plan, world.sports)
    cheaper = world.sell(plan, world.films)
    ended = world.sell(plan, world.packages[0], cancelled_on=world.settled)
    week = timedelta(days=7)
    insert = "insert into tv.promotion (client_package_id, price, since, until) values (:sold, :price, :since, :until)"
    for sold, price, since, until in (
        (free, "0.00", world.today - week, world.today + week),
        (free, "9.90", world.today + week, world.today + 2 * week),
        (free, "1.00", world.today - 2 * week, world.today - week),
        (cheaper, "1000.00", world.today, world.today + timedelta(days=1)),
        (ended, "0.00", world.settled, world.today + week),
    ):
        world.run(insert, sold=sold, price=price, since=since, until=until)
    last, begin, end = (f"{world.today + days * timedelta(days=1):%d/%m/%Y}" for days in (6, 7, 13))
    page = viewer.page(f"/clientes/{plan}/pacotes")
    assert page.row("Esportes")[:2] == [
        f"Esportes & Cia nº {free}", f"R$ 29,90 grátis até {last} R$ 9,90 de {begin} até {end}"
    ]  # fmt: skip
    assert page.row("Cinema")[1] == f"R$ 1.234,56 R$ 1.000,00 até {world.today:%d/%m/%Y}"
    assert page.row(f"nº {ended}")[1] == "R$ 1,01"
    told = {row["id"]: row["promotions"] for row in viewer.read(f"/client-plans/{plan}/packages")}
    assert told[ended] == []
    assert told[free] == [
        {
            "price": "0.00",
            "since": str(world.today - week),
            "until": str(world.today + week),
            "counts_today": True,
        },
        {
            "price": "9.90",
            "since": str(world.today + week),
            "until": str(world.today + 2 * week),
            "counts_today": False,
        },
    ]


def test_who_made_a_promotion_is_in_the_history(world: World, viewer: Visitor) -> None:
    plan = world.client()
    sold = world.sell(plan, world.sports)
    until = world.today + timedelta(days=7)
    add_promotion(world.engine, "ana", sold, price=Decimal("9.90"), until=until, today=world.today)
    [change] = viewer.page(f"/clientes/{plan}/historico").all("li")
    assert "Criar promoção por ana" in change.text
    assert f"desde: — → {world.today:%d/%m/%Y}; sem a promoção a partir de: — → {until:%d/%m/%Y}" in change.text
    assert "valor: — → R$ 9,90" in change.text


def test_a_plan_without_tv_says_where_to_switch_it_on(world: World, user: Visitor) -> None:
    page = user.page(f"/clientes/{world.client(service_plan=2)}")
    assert "O plano Fibra 300 não permite TV." in page.text
    assert "Add. Pacote" not in page.buttons
    assert "Add. Ponto" not in page.buttons


def test_the_points(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.maria}/pontos")
    row = page.row("a4:5e:60:00:00:01")
    assert row[:5] == [f"Sala 21 {SCRIPT}", "a4:5e:60:00:00:01", "SN1", "stb", f"{world.today:%d/%m/%Y}"]


def test_the_extra_field_is_masked_for_everybody(world: World, people: dict[str, Visitor]) -> None:
    for person in people.values():
        page = person.page(f"/clientes/{world.maria}/campo-extra")
        assert f"ID Assinante Beenius sub-{world.maria}-{SCRIPT}" in page.text
        assert "Auth Pin Assinante Beenius ••••••" in page.text
        for path in (f"/clientes/{world.maria}", f"/clientes/{world.maria}/campo-extra"):
            assert world.pins[world.maria] not in person.get(path).text
        assert person.read(f"/client-plans/{world.maria}/extra-fields")["has_pin"] is True


def test_a_contract_that_was_never_provisioned_has_empty_fields(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.client()}/campo-extra")
    assert page.text.count("ainda não preenchido pela integração") == 2


def test_a_pin_is_shown_once_it_is_on_record_who_saw_it(world: World, op: Visitor) -> None:
    reveals = "select author, client_plan_id from tv.pin_reveal order by id"
    before = world.run(reveals)
    answer = op.send(f"/clientes/{world.maria}/pin")
    assert answer.status_code == 200
    [shown] = Page(answer.text).all("code", class_="pin")
    assert shown.text == world.pins[world.maria]
    assert "some em 30 segundos; ficou registrado que você o viu" in Page(answer.text).text
    # What takes its place comes with it, for a server that is away by then.
    [place] = Page(answer.text).all("dd", data_hide_after="30")
    assert place.text.startswith(world.pins[world.maria])
    assert place.text.count(world.pins[world.maria]) == 1
    [instead] = Page(answer.text).all("template")
    assert instead.text == "•••••• Revelar"
    [masked] = [each for each in op.page(f"/clientes/{world.maria}/campo-extra").all("dd") if "••••••" in each.text]
    assert masked.text == instead.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert world.run(reveals) == [*before, ("op", world.maria)]
    program = op.api("POST", f"/client-plans/{world.maria}/pin/reveal")
    assert program.json() == {"auth_pin": world.pins[world.maria]}
    assert world.run(reveals) == [*before, ("op", world.maria), ("op", world.maria)]


def test_a_pin_that_is_not_there_is_no_record(world: World, op: Visitor) -> None:
    plan = world.client()
    before = world.written()
    answer = op.send(f"/clientes/{plan}/pin")
    assert answer.status_code == 404
    assert "ainda não tem Auth Pin Assinante Beenius" in answer.text
    assert "refused" in answer.headers["HX-Trigger"]
    assert op.api("POST", f"/client-plans/{plan}/pin/reveal").json()["error"]["code"] == "no_pin"
    assert world.written() == before


def test_a_pin_of_a_lost_key_asks_for_whoever_keeps_the_keys(world: World, op: Visitor) -> None:
    plan = world.client()
    world.run("insert into tv.client_extra_field values (:n, 'Auth Pin Assinante Beenius', 'nada')", n=plan)
    before = world.written()
    answer = op.api("POST", f"/client-plans/{plan}/pin/reveal")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "no_pin_key"
    assert "Falta a chave que abre os PINs" in answer.text
    assert world.written() == before


def test_who_was_shown_too_many_pins_within_an_hour_is_told_when_to_come_again(
    world: World, admin: Visitor, web: Web
) -> None:
    """For some seconds: the administrator's reveals are nearly an hour old."""
    world.run(
        "insert into tv.pin_reveal (revealed_at, author, client_plan_id) "
        "select clock_timestamp() - interval '59 minutes 50 seconds', 'ADMIN', 1 from generate_series(1, 20)"
    )
    before = world.written()
    logged = web.log.stat().st_size
    part = admin.send(f"/clientes/{world.maria}/pin")
    page = admin.ask("POST", f"/clientes/{world.maria}/pin", admin.cookie | SAME_ORIGIN)
    api = admin.api("POST", f"/client-plans/{world.maria}/pin/reveal")
    for answer in (part, page, api):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 10
        assert world.pins[world.maria] not in answer.text
    message = message_of(part)
    assert re.fullmatch(
        r"Na última hora você já revelou o limite de PINs por pessoa \(20\)\. Poderá revelar outro a partir das "
        r"\d\d:\d\d\. Nada foi gravado\.",
        message,
    )
    assert part.headers["HX-Reswap"] == "none"
    assert Page(page.text).all("p", role="alert")[0].text == message
    assert api.json() == {"error": {"code": "too_many_reveals", "message": message, "field": None}}
    assert world.written() == before
    written = web.log.read_bytes()[logged:].decode()
    assert written.count("MULTITV_PIN_REVEALS_PER_HOUR") == 3
    assert written.count("'admin' was shown 20 PINs within an hour") == 3
    sleep(int(api.headers["Retry-After"]))
    assert admin.send(f"/clientes/{world.maria}/pin").status_code == 200


def test_the_events_each_explain_their_amount(world: World, viewer: Visitor) -> None:
    rows = viewer.page(f"/clientes/{world.maria}/eventos").rows[1:]
    current, settled = f"{world.current:%d/%m/%Y}", f"{world.settled:%d/%m/%Y}"
    cinema = f'Cinema "Premium" {SCRIPT}'
    assert [row[0] for row in rows] == [current] * 2 + [settled] * 3
    # Events of a due date have no order of their own.
    of = {(row[0], row[2]): row for row in rows}
    assert {key: (row[3], row[4]) for key, row in of.items()} == {
        (current, cinema): ("R$ 9,99", "Processado"),
        (current, "Esportes & Cia"): ("R$ 29,90", "Processado"),
        (settled, "Esportes & Cia Estorno"): ("R$ -29,90", "Processado"),
        (settled, cinema): ("R$ 9,99", "Processado"),
        (settled, "Esportes & Cia"): ("R$ 29,90", "Processado estornado"),
    }
    month = f"{world.current:%m/%Y}"
    assert f"Esportes & Cia em {month}: R$ 29,90 (mês cheio, preço do pacote" in of[current, "Esportes & Cia"][5]
    assert "preço do cliente" in of[current, cinema][5]
    credit = of[settled, "Esportes & Cia Estorno"][5]
    assert f"Estorno de Esportes & Cia em {world.settled:%m/%Y}: R$ -29,90" in credit


def test_events_are_called_by_their_codes_and_no_number_of_them_is_shown(world: World, viewer: Visitor) -> None:
    events = world.run("select id from billing.event where client_plan_id = :plan order by due_date desc, id desc",
                       plan=world.maria)  # fmt: skip
    page = viewer.page(f"/clientes/{world.maria}/eventos")
    assert [row[5].split(". ")[0] for row in page.rows[1:]] == [event_code(event) for (event,) in events]
    invoices = viewer.page(f"/clientes/{world.maria}/financeiro")
    for (event,) in events:
        assert f"evento {event_code(event)}" in invoices.text
        assert str(event) not in page.text + invoices.text


def test_an_event_that_waits_or_was_voided_says_so(world: World, viewer: Visitor) -> None:
    assert viewer.page(f"/clientes/{world.waiting}/eventos").rows[1][4] == "Pendente"
    assert viewer.page(f"/clientes/{world.voided}/eventos").rows[1][4] == "Cancelado pacote cancelado"


def test_older_events_come_by_the_year(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.maria}/eventos")
    [older] = [button for button in page.all("button") if button.text == "Vencimentos mais antigos"]
    assert "Nenhum evento desde" in viewer.page(older.attributes["hx-get"].removeprefix("/multitv")).text


def test_an_invoice_is_the_sum_of_its_postings(world: World, viewer: Visitor) -> None:
    rows = viewer.page(f"/clientes/{world.maria}/financeiro").rows[1:]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        (f"{world.current:%d/%m/%Y}", "R$ 189,79", "Aberta"),
        (f"{world.settled:%d/%m/%Y}", "R$ 159,89", "Aberta"),
    ]
    assert "Plano R$ 149,90 Pacote Extra R$ " in rows[0][2]
    assert "Pacote Extra R$ 29,90 evento EV-" in rows[0][2]
    assert "Estorno R$ -29,90" in rows[1][2]


def test_what_people_changed_is_there_page_by_page(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.maria}/historico")
    first = [item.text for item in page.all("li")]
    assert len(first) == 20
    assert first[0].startswith(f"Editar Ponto por {SCRIPT}, {world.today:%d/%m/%Y}")
    assert f"rótulo: Sala 20 {SCRIPT} → Sala 21 {SCRIPT}" in first[0]
    [older] = [button for button in page.all("button") if button.text == "Mais antigas"]
    rest = [item.text for item in viewer.page(older.attributes["hx-get"].removeprefix("/multitv")).all("li")]
    assert len(rest) == 3
    assert rest[-1].startswith("Add. Ponto por ana")
    assert "Nada foi alterado por uma pessoa." in viewer.page(f"/clientes/{world.client()}/historico").text


def test_what_the_last_reconciliation_left(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/clientes/{world.maria}/reconciliacao")
    assert "a plataforma ainda diferia do contrato" in page.text
    assert [row[1] for row in page.rows[1:]] == [
        "criar assinante",
        "incluir serviço TV Família",
        f"incluir aparelho {SCRIPT}",
    ]
    assert page.rows[2][2] == f"recusada a plataforma não aceita os dados enviados Detalhe técnico {SCRIPT}"
    assert "incluir serviço TV Família (a plataforma não conhece este serviço)" in page.text
    assert "Cobrado e não ativo: Cinema" in page.text
    assert "R$ 1.234,56 por mês (falta na plataforma)" in page.text
    assert "Igual ao contrato na última conferência" in viewer.page(f"/clientes/{world.client()}/reconciliacao").text


@pytest.fixture
def platform(world: World, sandbox_process: Sandbox) -> Iterator[BeeniusClient]:
    """Somebody at the platform's own console; no fault is left behind."""
    sandbox = sandbox_process
    with BeeniusClient(sandbox.url, sandbox.operator_uid, sandbox.client_id, sandbox.client_secret) as client:
        yield client
    sandbox.admin("DELETE", "/admin/faults")


def test_the_platform_is_asked_while_one_waits(world: World, viewer: Visitor, platform: BeeniusClient) -> None:
    plan = world.client()
    path = f"/clientes/{plan}/plataforma"
    assert viewer.page(path).text == "A plataforma não tem assinante para este contrato."
    made = platform.create_subscriber(str(plan), SCRIPT, "d'Ávila", "SUSPENDED", idempotency_key=str(uuid4()))
    assert (
        viewer.page(path).text
        == f"Agora na plataforma: Suspenso {SCRIPT} d'Ávila. Serviços: nenhum. Aparelhos: nenhum."
    )
    services = [row for page in platform.scan("services", lambda: None) for row in page.rows]
    service = next(row["uid"] for row in services if row["type"] == "BASIC_SERVICE")
    platform.put_service(made.uid, service, idempotency_key=str(uuid4()))
    assert f"Serviços: {service}. Aparelhos" in viewer.page(path).text
    [(uid, name)] = world.run("select platform_uid, name from tv.package where id = :id", id=world.sports)
    rename = "update tv.package set platform_uid = :uid where id = :id"
    world.run(rename, id=world.sports, uid=service)
    assert f"Serviços: {name}. Aparelhos" in viewer.page(path).text
    world.run(rename, id=world.sports, uid=uid)


def test_a_platform_that_is_away_does_not_keep_anybody_waiting(
    world: World, user: Visitor, platform: BeeniusClient, sandbox_process: Sandbox
) -> None:
    told = "A plataforma não respondeu agora. Abaixo está o que a última reconciliação viu."
    for fault in ({"kind": "server-error"}, {"kind": "not-json"}, {"kind": "latency", "seconds": 30}):
        sandbox_process.admin("POST", "/admin/faults", fault)
        asked = monotonic()
        assert user.page(f"/clientes/{world.maria}/plataforma").text == told
        assert monotonic() - asked < 10
        sandbox_process.admin("DELETE", "/admin/faults")


def test_a_point_may_be_of_any_type_that_the_platform_knows(world: World, user: Visitor) -> None:
    offered = [option.attributes["value"] for option in user.page(f"/clientes/{world.maria}/pontos/novo").all("option")]
    assert offered
