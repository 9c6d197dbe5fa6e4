"""Loads the demo population into the ISP's database: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from include.sandbox.population import names
from include.sandbox.population.offer import OF_THE_SANDBOX, Offer
from include.sandbox.population.statements import statement
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.errors import PermanentError

DEFAULT_CLIENTS = 5_000
MOST_CLIENTS = 1_000_000
DEFAULT_SEED = 20_261_123
# Batches bound PostgreSQL's memory, which queues foreign key checks until a statement ends.
CLIENTS_A_BATCH = 50_000


class PopulationRefused(PermanentError):
    """The demo population does not belong in this database, or its size is out of range."""


@dataclass(frozen=True)
class SeedResult:
    """How many rows of each table there are, and whether this call added them."""

    created: bool
    clients: int
    client_plans: int
    client_packages: int
    client_points: int


def seed(
    engine: Engine, clients: int, anchor: date, *, seed: int = DEFAULT_SEED, offer: Offer = OF_THE_SANDBOX
) -> SeedResult:
    """Load `clients` demo clients whose dates are relative to `anchor`, the business date of seeding.

    The same seed, anchor, number and offer give the same rows, and client i is the same whatever the number. A database
    that has clients is left unchanged. Two calls at once are harmless: the second waits, and then finds clients.

    Raises PopulationRefused for a value out of range, a missing schema, an ERP with other data, or an incomplete
    population; DatabaseUnavailable.
    """
    _refuse_the_impossible(clients, anchor, seed)
    with transaction(engine) as connection:
        lock(connection, "demo population")
        _refuse_what_is_not_ours(connection)
        found = _totals(connection)
        if found["clients"]:
            return _result(found, created=False)
        _refuse_leftovers(connection, found)
        _declare_offer(connection, offer)
        _add_clients(connection, clients, anchor, seed, offer)
        connection.execute(statement("move_sequences"))
        connection.execute(statement("analyze"))
        return _result(_totals(connection), created=True)


def _refuse_the_impossible(clients: int, anchor: date, seed: int) -> None:
    for name, value, least, most in (
        ("number of clients", clients, 1, MOST_CLIENTS),
        ("anchor's year", anchor.year, 2000, 2200),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not least <= value <= most:
            raise PopulationRefused(
                f"The {name} of a demo population is {least} to {most}, not {value}. "
                "Nothing was written; choose another."
            )


def _refuse_what_is_not_ours(connection: Connection) -> None:
    for name, kind in connection.execute(statement("relations")):
        if kind is None:
            raise PopulationRefused(
                f"The database has no {name}; run `python -m multitv.database.migrate` first. Nothing was written."
            )
        if kind != "r":
            raise PopulationRefused(
                f"{name} is not a table of ours but a view or foreign table over another ERP. Demo clients "
                "would end up in there, so nothing was written; seed a database of its own instead."
            )


def _totals(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(statement("totals")).mappings().one())


def _result(totals: dict[str, int], *, created: bool) -> SeedResult:
    return SeedResult(
        created=created,
        clients=totals["clients"],
        client_plans=totals["client_plans"],
        client_packages=totals["client_packages"],
        client_points=totals["client_points"],
    )


def _refuse_leftovers(connection: Connection, found: dict[str, int]) -> None:
    left = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.items() if count)
    if left:
        raise PopulationRefused(
            f"The database has no clients but {left}: somebody else's data, or the rest of some. Nothing was written; "
            "seed an empty database instead."
        )


def _declare_offer(connection: Connection, offer: Offer) -> None:
    if offer.packages:
        connection.execute(statement("declare_package"), [asdict(package) for package in offer.packages])
    plans = [{**asdict(plan), "allows_tv": plan.allows_tv} for plan in offer.service_plans]
    connection.execute(statement("insert_service_plan"), plans)
    connection.execute(statement("insert_service_plan_setting"), plans)


def _add_clients(connection: Connection, clients: int, anchor: date, seed: int, offer: Offer) -> None:
    for function in ("roll", "pick", "next_due", "story"):
        connection.execute(statement(f"create_{function}"))
    choices = _choices(offer)
    for first, last in _batches(clients):
        for step in ("clients", "client_plans", "client_packages", "client_points"):
            connection.execute(
                statement(f"insert_{step}"),
                {"first_id": first, "last_id": last, "seed": seed, "anchor": anchor, **choices},
            )


def _batches(clients: int) -> Iterator[tuple[int, int]]:
    for first in range(1, clients + 1, CLIENTS_A_BATCH):
        yield first, min(first + CLIENTS_A_BATCH - 1, clients)


def _choices(offer: Offer) -> dict[str, Any]:
    return {
        "first_names": list(names.FIRST_NAMES),
        "surnames": list(names.SURNAMES),
        "trades": list(names.TRADES),
        "houses": list(names.HOUSES),
        "legal_forms": list(names.LEGAL_FORMS),
        "rooms": list(names.ROOMS),
        "tv_plans": offer.plans_for_sale(tv=True),
        "fibre_plans": offer.plans_for_sale(tv=False),
        "business_plans": offer.plans_for_sale(tv=False, business=True),
        "everyday": list(offer.everyday),
        "mistaken": offer.mistaken,
        "discontinued": offer.discontinued,
        "unpriced": offer.unpriced,
        "free": offer.free,
        "device_types": list(offer.device_types),
    }
