"""Who and what gets in: tokens, headers, unknown paths and methods; and the description of it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from fastapi.openapi.models import OpenAPI
from jsonschema import Draft202012Validator

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal


def test_credentials_buy_a_bearer_token(call: Caller) -> None:
    answer = call.ask_token()
    assert answer.status_code == 200
    assert answer.json() == {"access_token": answer.json()["access_token"], "token_type": "Bearer", "expires_in": 3600}
    assert call.get("/genres", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})["rowCount"] == 10


def test_wrong_credentials_buy_nothing(call: Caller) -> None:
    assert refusal(call.ask_token(secret="wrong")) == (401, "INVALID_CLIENT", "Authorization")
    assert refusal(call.ask_token(grant="password")) == (400, "VALIDATION_ERROR", "grant_type")
    bare = requests.post(f"{call.sandbox.url}/oauth/token", timeout=10)
    assert refusal(bare) == (422, "VALIDATION_ERROR", "grant_type")
    odd = {"Authorization": "Basic ???"}
    form = {"grant_type": "client_credentials"}
    assert requests.post(f"{call.sandbox.url}/oauth/token", form, headers=odd, timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Authorization": None}, (401, "TOKEN_MISSING", "Authorization")),
        ({"Authorization": "Bearer forged.1.x.y"}, (401, "TOKEN_EXPIRED", "Authorization")),
        ({"Authorization": "Bearer é"}, (401, "TOKEN_EXPIRED", "Authorization")),
        ({"Accept": "application/json"}, (406, "NOT_ACCEPTABLE", "Accept")),
        ({"Accept": "application/vnd.beenius+json;version=8"}, (406, "NOT_ACCEPTABLE", "Accept")),
        ({"X-Request-Id": None}, (422, "VALIDATION_ERROR", "X-Request-Id")),
        ({"X-Request-Id": "7"}, (422, "VALIDATION_ERROR", "X-Request-Id")),
    ],
)
def test_a_call_without_its_headers_is_refused(
    call: Caller, headers: dict[str, str | None], expected: tuple[int, str, str]
) -> None:
    encoded = {name: value.encode() if value else None for name, value in headers.items()}
    assert refusal(call("GET", "/channels", headers=encoded)) == expected


def test_another_operator_is_none_of_the_callers_business(call: Caller) -> None:
    other = f"{call.sandbox.url}/provisioning/v1/operators/op-other/channels"
    assert refusal(call("GET", other)) == (403, "OPERATOR_MISMATCH", None)
    assert refusal(call("GET", other, headers={"Authorization": None}))[0] == 401


def test_an_error_carries_the_request_id_of_its_call(call: Caller) -> None:
    request_id = "0b1f0f6e-5a39-4a3c-9a55-1d5d0f3c2b11"
    answer = call("GET", "/subscribers/sub-00000009", headers={"X-Request-Id": request_id})
    assert refusal(answer) == (404, "SUBSCRIBER_NOT_FOUND", None)
    assert answer.json()["error"]["request_id"] == request_id


def test_unknown_paths_and_methods_are_refused_in_the_same_envelope(call: Caller) -> None:
    assert refusal(call("GET", "/nothing")) == (404, "NOT_FOUND", None)
    assert refusal(requests.get(f"{call.sandbox.url}/elsewhere", timeout=10)) == (404, "NOT_FOUND", None)
    answer = call("DELETE", "/subscribers")
    assert refusal(answer) == (405, "METHOD_NOT_ALLOWED", None)
    assert answer.headers["Allow"] == "GET, POST"
    assert refusal(requests.delete(f"{call.sandbox.url}/admin/state", timeout=10))[0] == 405


def test_a_token_ends_with_its_time_and_a_new_one_works(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "/admin/clock", {"advance_seconds": 3500})
    assert call("GET", "/genres").status_code == 200
    sandbox.admin("POST", "/admin/clock", {"advance_seconds": 101})
    assert refusal(call("GET", "/genres")) == (401, "TOKEN_EXPIRED", "Authorization")
    call.new_token()
    assert call("GET", "/genres").status_code == 200


def test_all_tokens_can_be_ended_at_once(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "/admin/tokens/expire")
    assert refusal(call("GET", "/genres"))[:2] == (401, "TOKEN_EXPIRED")
    call.new_token()
    assert call("GET", "/genres").status_code == 200


def described(call: Caller) -> dict[str, Any]:
    document: dict[str, Any] = requests.get(f"{call.sandbox.url}/openapi.json", timeout=10).json()
    return document


def test_the_published_description_is_valid_and_complete(call: Caller) -> None:
    document = described(call)
    OpenAPI.model_validate(document)
    text = json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text, f"{name} is used by nothing"
    references = {part.partition('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}
    assert references <= document["components"]["schemas"].keys()
    base = "/provisioning/v1/operators/{operator_uid}"
    contract = {
        (path.removeprefix(base), method)
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith(base)
    }
    assert contract == {
        ("/channels", "get"),
        ("/genres", "get"),
        ("/device-types", "get"),
        ("/services", "get"),
        ("/subscribers", "get"),
        ("/subscribers", "post"),
        ("/subscribers/{uid}", "get"),
        ("/subscribers/{uid}", "patch"),
        ("/subscribers/{uid}", "delete"),
        ("/subscribers/{uid}/auth-pin", "post"),
        ("/subscribers/{uid}/services/{service_uid}", "put"),
        ("/subscribers/{uid}/services/{service_uid}", "delete"),
        ("/subscribers/{uid}/devices/{mac}", "put"),
        ("/subscribers/{uid}/devices/{mac}", "delete"),
    }


def test_the_description_names_every_placeholder_and_the_headers_of_the_gate(call: Caller) -> None:
    for path, operations in described(call)["paths"].items():
        for method, operation in operations.items():
            names = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", [])}
            assert {part.strip("{}") for part in path.split("/") if part.startswith("{")} == {
                name for name, where in names.items() if where == "path"
            }
            if path.startswith("/provisioning/"):
                assert "X-Request-Id" in names
                assert ("Idempotency-Key" in names) is (method != "get")
                assert {"401", "403", "406", "422", "429"} <= operation["responses"].keys()


def test_what_is_answered_fits_the_description(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia", "svc-hbo")
    call.device(uid, "00:11:22:33:44:55")
    document = described(call)
    for path in ("/channels", "/genres", "/device-types", "/services", "/subscribers", "/subscribers/{uid}"):
        operation = document["paths"]["/provisioning/v1/operators/{operator_uid}" + path]["get"]
        content = operation["responses"]["200"]["content"]["application/vnd.beenius+json;version=9"]
        schema = content["schema"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(call.get(path.replace("{uid}", uid)))


def test_the_sandbox_tells_that_it_is_well(sandbox: Sandbox) -> None:
    assert sandbox.admin("GET", "/healthz") == {"status": "ok", "operator_uid": "op-demo"}
