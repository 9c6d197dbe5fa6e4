"""A list as a file: whole, to the cent, and harmless to whoever opens it."""

from __future__ import annotations

import asyncio
import csv
import io
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from openpyxl import load_workbook
from sqlalchemy import text
from starlette.requests import ClientDisconnect

from multitv.event_codes import event_code
from multitv.web.billing import export
from tests.support.databases import as_owner
from tests.web.server import Web
from tests.web.visitor import Visitor
from tests.web.world import NASTY, World

LINES = 30_000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(person: Visitor, due_date: date) -> list[dict[str, str]]:
    answer = person.get(f"/faturamento/{due_date}/lista.csv")
    assert answer.status_code == 200, answer.text
    return rows_of(answer.content)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def as_xlsx(person: Visitor, due_date: date) -> list[tuple[Any, ...]]:
    answer = person.get(f"/faturamento/{due_date}/lista.xlsx")
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(io.BytesIO(answer.content), read_only=True)["Faturamento TV"]
    return list(sheet.iter_rows())


def total(world: World, due_date: date) -> tuple[int, int, Decimal]:
    """How many lines the kept list has, how many of them are charged, and their sum."""
    [row] = world.run("select candidates, charges, amount from billing.preview where due_date = :due", due=due_date)
    return tuple(row)


def reais(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


@pytest.fixture(scope="module")
def long(world: World) -> Iterator[date]:
    """A due date with a list that is longer than what is on its way at any time."""
    due = world.due(15, 1)
    client = world.client("Ç" * 200, due_day=15)
    world.run(
        "insert into erp.client_plan select 5000000 + n, :client, 1, 'active', 15, '2026-01-01', null "
        "from generate_series(1, :plans) as n",
        client=client, plans=LINES // len(world.packages),
    )  # fmt: skip
    world.run(
        "insert into tv.client_package (client_plan_id, package_id, added_on) "
        "select 5000000 + n, package, '2026-06-01' "
        "from generate_series(1, :plans) as n, unnest(cast(:packages as bigint[])) as package",
        plans=LINES // len(world.packages), packages=world.packages,
    )  # fmt: skip
    world.store(due)
    yield due
    world.run("delete from erp.client_plan where id > 5000000")
    with as_owner(world.engine).begin() as connection:
        # No trigger looks for the charges of thirty thousand packages, one by one.
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("delete from tv.client_package where client_plan_id > 5000000"))


def test_csv_opens_in_a_brazilian_spreadsheet(world: World, viewer: Visitor) -> None:
    content = viewer.get(f"/faturamento/{world.coming}/lista.csv").content
    assert content.startswith("\ufeffContrato;Cliente;Documento;Plano;Pacote;Competência;".encode())
    row = next(row for row in rows_of(content) if row["Contrato"] == str(world.maria))
    assert (row["Cliente"], row["Plano"], row["Pacote"]) == (
        "Maria José Conceição d'Ávila", "Fibra 500 + TV", "Esportes & Cia",
    )  # fmt: skip
    assert (row["Valor do mês"], row["Valor a cobrar"], row["Resultado"], row["Situação"]) == (
        "29,90", "29,90", "Cobrança", "Nova",
    )  # fmt: skip
    assert row["Competência"] == f"{world.coming:%m/%Y}"


def test_both_files_have_every_line_in_order_and_sum_to_the_total(world: World, viewer: Visitor) -> None:
    candidates, charges, amount = total(world, world.counted)
    rows = as_csv(viewer, world.counted)
    assert len(rows) == candidates
    assert [row["Resultado"] for row in rows].count("Cobrança") == charges
    assert sum(reais(row["Valor a cobrar"]) for row in rows if row["Valor a cobrar"]) == amount
    plans = [int(row["Contrato"]) for row in rows]
    assert plans == sorted(plans)
    head, *cells = as_xlsx(viewer, world.counted)
    assert [cell.value for cell in head] == list(rows[0])
    assert len(cells) == candidates
    assert [row[0].value for row in cells] == plans
    assert sum(Decimal(str(row[8].value)) for row in cells if row[8].value is not None) == amount
    assert {row[9].value for row in cells} == {row["Resultado"] for row in rows}


def test_a_processed_list_names_its_events(world: World, viewer: Visitor) -> None:
    world.store(world.settled)
    rows = [row for row in as_csv(viewer, world.settled) if row["Situação"] == "Processado"]
    assert rows
    events = world.run("select id from billing.event where due_date = :due and live", due=world.settled)
    # A spreadsheet would round the number, which has sixteen digits.
    assert {row["Evento"] for row in rows} <= {event_code(event) for (event,) in events}
    cells = [row for row in as_xlsx(viewer, world.settled)[1:] if row[10].value == "Processado"]
    assert [row[11].value for row in cells] == [row["Evento"] for row in rows]


@pytest.mark.parametrize(
    ("document", "cell"),
    [
        ("12345678909", "123.456.789-09"),
        ("00000000191", "000.000.001-91"),
        ("11222333000181", "11.222.333/0001-81"),
        ("12abc34501de35", "12.ABC.345/01DE-35"),
        ("12345678900", "'12345678900"),
        ("0123456789012", "'0123456789012"),
        ("=12345678900", "'=12345678900"),
        ("", ""),
        ('isento; "sem"\nCPF', 'isento; "sem"\nCPF'),
    ],
)
def test_a_document_is_text_in_both_files(world: World, viewer: Visitor, document: str, cell: str) -> None:
    world.run("update erp.client set document = :document where id = :id", document=document, id=world.maria)
    try:
        row = next(row for row in as_csv(viewer, world.coming) if row["Contrato"] == str(world.maria))
        assert row["Documento"] == cell
        cells = next(row for row in as_xlsx(viewer, world.coming) if row[0].value == world.maria)
        assert (cells[2].value, cells[2].data_type) == (cell, "s")
    finally:
        world.run("update erp.client set document = '12345678909' where id = :id", id=world.maria)


def test_no_name_is_a_formula(world: World, viewer: Visitor) -> None:
    names = {name for name in NASTY if name.startswith(DANGEROUS)}
    assert len(names) == 5
    rows = as_csv(viewer, world.coming)
    assert {"'" + name for name in names} <= {row["Cliente"] for row in rows}
    for row in rows:
        assert not [value for value in row.values() if value.startswith(DANGEROUS)]
    answer = viewer.get(f"/faturamento/{world.coming}/lista.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content))["Faturamento TV"]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    shown = {cell.value for row in sheet.iter_rows(min_col=2, max_col=2) for cell in row}
    assert {"'" + name for name in names if "\t" not in name} <= shown
    assert not [value for value in shown if str(value).startswith(DANGEROUS)]


def test_names_of_every_kind_survive(world: World, viewer: Visitor) -> None:
    plain = {name for name in NASTY if not name.startswith(DANGEROUS)}
    assert plain <= {row["Cliente"] for row in as_csv(viewer, world.coming)}
    assert plain <= {row[1].value for row in as_xlsx(viewer, world.coming)}


def test_a_list_that_was_not_loaded_cannot_be_exported(world: World, viewer: Visitor) -> None:
    for ending in ("csv", "xlsx"):
        answer = viewer.get(f"/faturamento/2199-12-30/lista.{ending}")
        assert answer.status_code == 404
        assert "A lista do vencimento 30/12/2199 ainda não foi carregada." in answer.text


def test_a_list_that_is_replaced_while_it_is_downloaded_is_downloaded_whole(
    world: World, viewer: Visitor, long: date
) -> None:
    before = total(world, long)
    with download(viewer, long) as answer:
        content = answer.raw.read(100_000)
        assert under_way(world)
        world.run("update tv.package set price = price + 1 where id = :id", id=world.packages[0])
        for _ in range(3):
            world.store(long)
        content += answer.raw.read()
    rows = rows_of(content)
    assert (len(rows), len(rows), sum(reais(row["Valor a cobrar"]) for row in rows)) == before
    assert total(world, long)[2] > before[2]
    world.run("update tv.package set price = price - 1 where id = :id", id=world.packages[0])


def test_others_wait_while_two_lists_are_downloaded(world: World, viewer: Visitor, long: date) -> None:
    with ExitStack() as open_downloads:
        for _ in range(2):
            open_downloads.enter_context(download(viewer, long)).raw.read(10_000)
        answer = viewer.get(f"/faturamento/{long}/lista.csv")
        assert answer.status_code == 503
        assert "Outras exportações estão em andamento: tente de novo em instantes." in answer.text
        assert viewer.get("/clientes").status_code == 200
    assert free_again(viewer, world.counted)


def test_whoever_gives_up_a_download_keeps_nobody_waiting(web: Web, world: World, viewer: Visitor, long: date) -> None:
    address = urlsplit(web.address)
    request = (
        f"GET /multitv/faturamento/{long}/lista.csv HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Cookie: _token={viewer.token}\r\n\r\n"
    ).encode()
    for read in (0, 0, 0, 1, 1, 50_000, 50_000, 0, 0, 0):
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(request)
            if read:
                connection.recv(read)
        assert free_again(viewer, world.counted)
    assert free_again(viewer, long)
    assert not under_way(world)


def test_a_list_that_nobody_reads_keeps_nobody_waiting(world: World) -> None:
    """As when a browser is gone before the first piece is asked for."""
    [(number,)] = world.run("select id from billing.preview where due_date = :due", due=world.counted)
    for _ in range(5):
        export.csv(world.engine, number)
    assert len(list(export.csv(world.engine, number))) >= 2


def test_whoever_takes_nothing_for_long_keeps_nobody_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a telephone does that lost its network: the connection is there, and nothing is taken from it."""
    monkeypatch.setattr(export, "PATIENCE_SECONDS", 0.2)
    [(number,)] = world.run("select id from billing.preview where due_date = :due", due=world.counted)

    async def take_the_head(message: Any) -> None:
        if message["type"] != "http.response.start":
            await asyncio.Event().wait()

    async def say_nothing() -> Any:
        await asyncio.Event().wait()

    pieces = export.csv(world.engine, number)
    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}}
    with pytest.raises(ClientDisconnect):
        asyncio.run(export.Download(pieces, "text/csv", "x.csv")(scope, say_nothing, take_the_head))
    assert list(pieces) == []
    assert len([export.csv(world.engine, number) for _ in range(2)]) == 2


def test_a_list_that_is_too_long_for_xlsx_is_exported_as_csv(world: World, viewer: Visitor, long: date) -> None:
    world.run(
        "update billing.preview set candidates = :rows where due_date = :due", rows=export.XLSX_ROWS + 1, due=long
    )
    answer = viewer.get(f"/faturamento/{long}/lista.xlsx")
    assert answer.status_code == 409
    assert "exporte em CSV, que não tem limite de tamanho" in answer.text
    assert len(as_csv(viewer, long)) == LINES


def download(viewer: Visitor, due_date: date) -> requests.Response:
    """Begin a download; nothing is read of it yet."""
    path = f"/faturamento/{due_date}/lista.csv"
    # Not compressed: a list of names that are all the same would be sent at once.
    answer = viewer.ask("GET", path, viewer.cookie | {"Accept-Encoding": "identity"}, stream=True)
    assert answer.status_code == 200
    return answer


def under_way(world: World) -> int:
    """How many exports hold a connection. It is one of their own, not of those that the api-server keeps."""
    [(number,)] = world.run(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'multitv' "
        "and pid <> pg_backend_pid()"
    )
    return int(number)


def free_again(viewer: Visitor, due_date: date) -> bool:
    """Whether an export is let in, soon after others ended."""
    for _ in range(50):
        if viewer.get(f"/faturamento/{due_date}/lista.csv").status_code == 200:
            return True
        time.sleep(0.1)
    return False
