"""Admin calls on the running sandbox: faults, request log, clock, tokens, reset."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from include.sandbox.errors import Refusal
from include.sandbox.faults import FaultSpec, FaultState
from include.sandbox.models import Strict
from include.sandbox.routes.common import Parts
from include.sandbox.store import NothingKept
from include.sandbox.variant import VARIANTS, Traits, Variant

router = APIRouter(tags=["admin"])
Limit = Annotated[int, Query(ge=1, le=100_000)]


class Advance(Strict):
    advance_seconds: Annotated[float, Field(ge=0, le=10**9)]


@router.get("/healthz", tags=["health"])
async def healthz(platform: Parts) -> dict[str, str]:
    return {"status": "ok", "operator_uid": platform.settings.operator_uid}


@router.post("/admin/reset", status_code=204)
async def reset(platform: Parts, to: Literal["start", "kept"] = "start") -> None:
    """Restore the first start: the lineup of the files, no subscribers, no faults, an empty log. Tokens stay valid.

    With `to=kept`, subscribers and operations are those that /admin/keep kept.
    """
    try:
        platform.reset(to_kept=to == "kept")
    except NothingKept:
        raise Refusal(404, "NOT_FOUND", "nothing was kept since this process started") from None


@router.post("/admin/keep", status_code=204)
async def keep(platform: Parts) -> None:
    """Keep subscribers and operations as they are, in memory, for resets to come back to."""
    platform.store.keep()


@router.get("/admin/state")
async def state(platform: Parts) -> dict[str, Any]:
    """Return the number of subscribers, the platform's time, and the outcomes since the log was cleared."""
    return {
        "subscribers": platform.store.subscribers(),
        "now": platform.clock.text(),
        "outcomes": dict(platform.log.counts),
    }


@router.post("/admin/faults", status_code=201)
async def add_fault(platform: Parts, spec: FaultSpec) -> FaultState:
    """Switch a fault on."""
    return platform.faults.add(spec).state()


@router.get("/admin/faults")
async def list_faults(platform: Parts) -> list[FaultState]:
    return [fault.state() for fault in platform.faults.all()]


@router.delete("/admin/faults", status_code=204)
async def clear_faults(platform: Parts) -> None:
    platform.faults.clear()


@router.delete("/admin/faults/{number}", status_code=204)
async def remove_fault(platform: Parts, number: int) -> None:
    if not platform.faults.remove(number):
        raise Refusal(404, "NOT_FOUND", f"no fault {number} is switched on")


@router.put("/admin/variant", status_code=204)
async def play_variant(platform: Parts, traits: Traits) -> None:
    """Play the contract with exactly these differences, until the next reset."""
    platform.variant = Variant(traits)


@router.put("/admin/variant/{name}", status_code=204)
async def play_named_variant(platform: Parts, name: str) -> None:
    """Play a variant by its name: `contract`, or `other`, which differs in all that it can."""
    if name not in VARIANTS:
        raise Refusal(404, "NOT_FOUND", f"there is no variant {name}")
    platform.variant = Variant(VARIANTS[name])


@router.get("/admin/requests")
async def list_requests(
    platform: Parts,
    method: str | None = None,
    path: str | None = None,
    idempotency_key: str | None = None,
    outcome: Literal["read", "executed", "replayed", "refused", "not reached"] | None = None,
    limit: Limit = 10_000,
) -> list[dict[str, Any]]:
    """List the last requests of this process, oldest first, each with its outcome and its faults."""
    wanted = {"method": method, "path": path, "idempotency_key": idempotency_key, "outcome": outcome}
    return platform.log.entries(limit, **wanted)


@router.delete("/admin/requests", status_code=204)
async def clear_requests(platform: Parts) -> None:
    platform.log.clear()


@router.get("/admin/operations")
async def list_operations(
    platform: Parts, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 10_000
) -> list[dict[str, Any]]:
    """List the writes that were carried out or refused, oldest first. They are kept on disk."""
    return platform.store.operations(after, limit)


@router.post("/admin/tokens/expire", status_code=204)
async def expire_tokens(platform: Parts) -> None:
    """Expire every access token issued so far."""
    platform.tokens.expire()


@router.post("/admin/clock")
async def advance_clock(platform: Parts, advance: Advance) -> dict[str, str]:
    """Move the platform's clock ahead, so that keys and tokens expire."""
    platform.advance(advance.advance_seconds)
    return {"now": platform.clock.text()}
