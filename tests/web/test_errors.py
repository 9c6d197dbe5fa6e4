"""An error is told in Portuguese; if a change was asked for, also whether something may have been written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic_core._pydantic_core import list_all_errors

from multitv.billing.preview import PreviewOutdated
from multitv.changes.errors import InvalidValue, MacTaken, NotThere, PlanRefused
from multitv.database.engine import DatabaseBusy, DatabaseRefused, DatabaseUnavailable, MissingConnection, SchemaMissing
from multitv.errors import PermanentError, TransientError
from multitv.reconciliation.errors import InvalidAuthor, MissingPinKey, NoPin, TooManyReveals
from multitv.settings import SettingsError
from multitv.web.billing.export import ExportsBusy, ListTooLong
from multitv.web.core.access import RightMissing
from multitv.web.core.airflow_api import AirflowRefused, AirflowUnavailable, UnknownRun
from multitv.web.core.bulkhead import NoAnswerInTime, ServerBusy
from multitv.web.core.errors import _WRONG_VALUES, UNEXPECTED, describe_error
from multitv.web.core.paging import BadCursor
from multitv.web.core.rows import NoSuchRow
from tests.web.markup import Page
from tests.web.visitor import HTMX, Visitor, message_of
from tests.web.world import World

NOTHING = "Nada foi gravado."
MAYBE = "Pode ter sido gravado: confira antes de repetir."
INVALID = RequestValidationError([{"loc": ("body", "price"), "msg": "no", "type": "x", "input": "secret"}])
DUE = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("error", "status", "code", "field", "ending"),
    [
        (DatabaseUnavailable("secret"), 503, "database_unavailable", None, MAYBE),
        (DatabaseBusy("secret"), 503, "database_busy", None, MAYBE),
        (DatabaseRefused("secret"), 503, "database_refused", None, NOTHING),
        (SchemaMissing("secret"), 503, "schema_missing", None, NOTHING),
        (MissingConnection("secret"), 503, "connection_missing", None, NOTHING),
        (MissingPinKey("secret"), 503, "no_pin_key", None, NOTHING),
        (SettingsError("MULTITV_DUE_DAYS='secret'"), 503, "bad_settings", None, NOTHING),
        (ServerBusy("secret"), 503, "server_busy", None, MAYBE),
        (ExportsBusy("secret"), 503, "exports_busy", None, MAYBE),
        (NoAnswerInTime("secret"), 503, "no_answer_in_time", None, MAYBE),
        (AirflowUnavailable("secret"), 503, "airflow_unavailable", None, MAYBE),
        (AirflowRefused("airflow_forbids"), 409, "airflow_refused", None, None),
        (UnknownRun("run_unknown"), 404, "no_such_run", None, None),
        (PreviewOutdated("preview_lost", preview=1), 409, "preview_outdated", None, NOTHING),
        (ListTooLong("list_over_limit", rows=1), 409, "list_too_long", None, NOTHING),
        (NoPin("no_pin", client_plan=1, name="PIN"), 404, "no_pin", None, NOTHING),
        (InvalidAuthor("invalid_author", greatest=200), 409, "invalid_author", None, NOTHING),
        (
            TooManyReveals("too_many_reveals", retry_after=60, allowed=1, again=DUE),
            429,
            "too_many_reveals",
            None,
            NOTHING,
        ),
        (NotThere("point_unknown", point=1), 404, "not_there", None, NOTHING),
        (NoSuchRow("point_unknown", point=1), 404, "not_there", None, None),
        (MacTaken("mac_taken_meanwhile", mac="x"), 409, "mac_taken", None, NOTHING),
        (PlanRefused("plan_is_cancelled", client_plan=1), 409, "plan_refused", None, NOTHING),
        (InvalidValue("price_out_of_range", field="price", price="1"), 422, "invalid_value", "price", NOTHING),
        (RightMissing("right_missing", right="faturar"), 403, "forbidden", None, NOTHING),
        (BadCursor("bad_cursor"), 422, "bad_cursor", None, NOTHING),
        (INVALID, 422, "invalid_request", "price", NOTHING),
        (HTTPException(401), 401, "unauthorized", None, NOTHING),
        (HTTPException(403, "secret"), 403, "forbidden", None, NOTHING),
        (HTTPException(404, "secret"), 404, "not_found", None, NOTHING),
        (HTTPException(400, "There was an error parsing the body: secret"), 400, "unreadable", None, NOTHING),
        (HTTPException(405), 405, "method_not_allowed", None, NOTHING),
        (HTTPException(418, "secret"), 418, "refused", None, NOTHING),
    ],
    ids=lambda part: type(part).__name__ if isinstance(part, Exception) else str(part),
)
def test_each_error_has_its_status_its_code_and_its_words(
    error: Exception, status: int, code: str, field: str | None, ending: str | None
) -> None:
    read, written = describe_error(error, writes=False), describe_error(error, writes=True)
    assert (read.status, read.code, read.field) == (status, code, field)
    assert ("Retry-After" in read.headers) == isinstance(error, TransientError | TooManyReveals)
    assert "secret" not in read.message
    assert NOTHING not in read.message
    assert MAYBE not in read.message
    assert written.message == (f"{read.message} {ending}" if ending else read.message)


@pytest.mark.parametrize("error", [RuntimeError("password=secret"), PermanentError("secret")], ids=["foreign", "ours"])
def test_what_has_no_words_is_told_to_nobody(error: Exception) -> None:
    assert describe_error(error, writes=False) is UNEXPECTED
    assert UNEXPECTED.message == "Algo deu errado aqui, e ficou registrado no log do Airflow."
    assert describe_error(error, writes=True).message == f"{UNEXPECTED.message} {MAYBE}"


def test_a_refused_method_names_those_that_are_allowed() -> None:
    assert describe_error(HTTPException(405, headers={"Allow": "GET"}), writes=True).headers == {"Allow": "GET"}


@pytest.mark.parametrize("known", list_all_errors(), ids=lambda known: known["type"])
def test_whatever_pydantic_finds_is_told_in_portuguese(known: Any) -> None:
    found = {"type": known["type"], "loc": ("body", "x"), "ctx": known["example_context"] or {}}
    info = describe_error(RequestValidationError([found]), writes=False)
    begins = "O corpo do pedido não é um JSON" if known["type"] == "json_invalid" else "O pedido não é válido (x): "
    assert info.message.startswith(begins)


def test_what_is_told_apart_exists() -> None:
    ours = {"not_utf8", "not_money", "not_a_day"}
    assert _WRONG_VALUES.keys() - ours <= {known["type"] for known in list_all_errors()}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"package_id": None}, "(package_id): deve ser um número inteiro."),
        ({"package_id": 1.5}, "(package_id): deve ser um número inteiro."),
        ({"package_id": 0}, "(package_id): deve ser no mínimo 1."),
        ({"package_id": 2**63}, "(package_id): deve ser no máximo 9223372036854775807."),
        ({"price": "29,90"}, "(price): reais se escrevem como texto com duas casas, como “29.90”."),
        ({"added_on": "10/12/2026"}, "(added_on): um dia se escreve como 2026-12-10."),
        ({"added_on": "2026-02-30"}, "(added_on): um dia se escreve como 2026-12-10."),
        ({"added_on": "1999-12-31"}, "(added_on): deve ser no mínimo 2000-01-01."),
        ({"preco": "1.00"}, "(preco): não há valor com este nome."),
    ],
)
def test_a_program_is_told_what_is_wrong_with_a_value(
    world: World, user: Visitor, wrong: dict[str, Any], told: str
) -> None:
    body = {"package_id": world.sports} | wrong
    refused = user.api("POST", f"/client-plans/{world.maria}/packages", body)
    assert refused.status_code == 422
    [field] = wrong
    assert refused.json()["error"] == {
        "code": "invalid_request", "message": f"O pedido não é válido {told} {NOTHING}", "field": field,
    }  # fmt: skip


def test_a_program_is_told_what_is_wrong_with_a_text_or_the_body(world: World, user: Visitor) -> None:
    path = f"/client-plans/{world.maria}/points"
    device = {"mac": "a4:5e:71:00:00:01", "serial": "S", "device_type": "stb"}
    for body, said in (
        (device, "(label): falta este valor."),
        (device | {"label": ""}, "(label): o texto é curto demais; o tamanho mínimo é 1."),
        (device | {"label": "x" * 201}, "(label): o texto é longo demais; o tamanho máximo é 200."),
        (device | {"label": 7}, "(label): deve ser um texto."),
        ([], "(corpo): deve ser um objeto JSON."),
    ):
        assert user.api("POST", path, body).json()["error"]["message"] == f"O pedido não é válido {said} {NOTHING}"
    headers = user.bearer | {"Content-Type": "application/json"}
    broken = user.ask("POST", f"/api/v1{path}", headers, data=b'{"label": ')
    assert broken.json()["error"] == {
        "code": "invalid_request", "message": f"O corpo do pedido não é um JSON válido. {NOTHING}", "field": None,
    }  # fmt: skip


def test_whoever_reads_with_a_bad_date_is_not_told_that_nothing_was_written(world: World, viewer: Visitor) -> None:
    page = viewer.get("/faturamento?vencimento=2026-02-30")
    assert page.status_code == 422
    assert Page(page.text).all("p", role="alert")[0].text == "“2026-02-30” não é uma data."
    part = viewer.get("/faturamento/2026-02-30/resumo", **HTMX)
    assert (part.status_code, message_of(part)) == (
        422,
        "O pedido não é válido (due_date): um dia se escreve como 2026-12-10.",
    )
    early = viewer.get("/faturamento/1999-12-31/resumo", **HTMX)
    assert (early.status_code, message_of(early)) == (
        422,
        "O pedido não é válido (due_date): deve ser no mínimo 2000-01-01.",
    )
    api = viewer.api("GET", f"/client-plans/{world.maria}/events", params={"since": "ontem"})
    assert (api.status_code, api.json()["error"]["message"]) == (
        422, "O pedido não é válido (since): um dia se escreve como 2026-12-10.",
    )  # fmt: skip


def test_whoever_writes_is_told_so_on_the_screen_and_by_the_api(world: World, user: Visitor) -> None:
    part = user.send("/faturamento/carregar", {"vencimento": "2026-02-30"})
    assert (part.status_code, message_of(part)) == (422, f"“2026-02-30” não é uma data. {NOTHING}")
    form = user.send(f"/clientes/{world.maria}/pontos/novo", {"mac": "x", "label": "Sala"})
    assert Page(form.text).all("p", role="alert")[0].text.endswith(f"como a4:5e:60:01:02:03. {NOTHING}")
    api = user.api("POST", f"/client-plans/{world.maria}/points",
                   {"mac": "x", "label": "Sala", "serial": "S", "device_type": "stb"})  # fmt: skip
    assert api.json()["error"]["message"].endswith(f"como a4:5e:60:01:02:03. {NOTHING}")
