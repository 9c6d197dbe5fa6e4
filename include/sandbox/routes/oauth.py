"""The token endpoint: client credentials by HTTP Basic."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request, Response

from include.sandbox.errors import Refusal, compact
from include.sandbox.models import ErrorEnvelope, Token
from include.sandbox.routes.common import Parts

router = APIRouter(prefix="/oauth", tags=["oauth"])


@router.post(
    "/token",
    response_model=Token,
    responses={400: {"model": ErrorEnvelope}, 401: {"model": ErrorEnvelope}, 422: {"model": ErrorEnvelope}},
)
async def token(
    request: Request,
    platform: Parts,
    grant_type: Annotated[str, Form(description="client_credentials")],
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Issue an access token for a client id and secret."""
    request.state.entry.outcome = "refused"
    if not platform.tokens.knows(*_credentials(authorization)):
        refusal = Refusal(401, "INVALID_CLIENT", "client id or client secret is wrong", "Authorization")
        refusal.headers["www-authenticate"] = 'Basic realm="beenius"'
        raise refusal
    if grant_type != "client_credentials":
        raise Refusal(400, "VALIDATION_ERROR", "the only grant_type is client_credentials", "grant_type")
    request.state.entry.outcome = "read"
    seconds = platform.variant.traits.token_seconds or platform.settings.token_seconds
    answer = {"access_token": platform.tokens.issue(seconds), "token_type": "Bearer", "expires_in": seconds}
    return Response(compact(answer), media_type="application/json", headers={"cache-control": "no-store"})


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (client_id, client_secret) if scheme.lower() == "basic" else ("", "")
