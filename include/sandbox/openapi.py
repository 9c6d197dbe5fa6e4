"""The OpenAPI description: what FastAPI derives, plus the headers and errors that the gate adds to every call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from include.sandbox.errors import VENDOR_JSON

ENVELOPE = {"content": {VENDOR_JSON: {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}}}
GATE = {
    "401": "TOKEN_EXPIRED: refresh the token once, then repeat",
    "403": "OPERATOR_MISMATCH",
    "406": f"Accept is not {VENDOR_JSON}",
    "422": "VALIDATION_ERROR, INVALID_MAC",
    "429": "RATE_LIMITED, with Retry-After in seconds",
}


def describe(app: FastAPI) -> None:
    """Serve the description at /openapi.json; it is built once, on the first request."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        routes=app.routes,
        description="A simulation of the provisioning API of a Beenius platform. Inferred, not the vendor's.",
    )
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/provisioning/"):
                _pass_the_gate(method, operation)
            else:
                _say_envelope(operation)
    components = document["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    document["paths"]["/oauth/token"]["post"]["security"] = [{"basic": []}]
    return document


def _pass_the_gate(method: str, operation: dict[str, Any]) -> None:
    operation["security"] = [{"bearer": []}]
    headers = [_header("X-Request-Id", "uuid", "Comes back in errors")]
    if method != "get":
        headers.append(_header("Idempotency-Key", None, "Durable; the same key and body get the first answer again"))
    parameters = operation.setdefault("parameters", [])
    if not any(parameter["name"] == "operator_uid" for parameter in parameters):
        operator = {"name": "operator_uid", "in": "path", "required": True, "schema": {"type": "string"}}
        parameters.insert(0, operator)
    for parameter in parameters:
        if parameter["name"] == "if-match":
            parameter["required"] = True
    parameters.extend(headers)
    for status, text in GATE.items():
        operation["responses"][status] = {"description": text, **ENVELOPE}


def _say_envelope(operation: dict[str, Any]) -> None:
    if "422" in operation["responses"]:
        operation["responses"]["422"] = {"description": "VALIDATION_ERROR", **ENVELOPE}


def _header(name: str, form: str | None, text: str) -> dict[str, Any]:
    schema = {"type": "string"} | ({"format": form} if form else {})
    return {"name": name, "in": "header", "required": True, "schema": schema, "description": text}
