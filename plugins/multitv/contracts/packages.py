"""Extras of a client plan: Add. Pacote, Cancelar Pacote, Apagar Pacote.

Pending billing events stay as they are: the next run of tv_billing voids those that are no longer owed.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row

from multitv.changes.change import Change, changing, guarded, titled
from multitv.changes.errors import (
    AlreadyBilled,
    AlreadyEnded,
    AlreadySold,
    InvalidValue,
    NotThere,
    PackageRefused,
)
from multitv.changes.values import checked_price
from multitv.contracts.client_plan import require_tv
from multitv.contracts.rows import ClientPackage
from multitv.database.sql import named


def add_package(
    engine: Engine,
    author: str,
    client_plan_id: int,
    package_id: int,
    *,
    today: date,
    price: Decimal | None = None,
    added_on: date | None = None,
) -> ClientPackage:
    """Add an extra to a client plan from `added_on` on (default `today`; a later day is allowed).

    `price` is the client's own price a month, in reais: None means the package's price, 0.00 means free.
    Raises NotThere, PlanRefused, PackageRefused, InvalidValue, AlreadySold, DatabaseUnavailable.
    """
    sale = {
        "client_plan_id": client_plan_id,
        "package_id": package_id,
        "price": checked_price(price),
        "added_on": added_on or today,
    }
    with changing(engine, author, "add_package") as change:
        change.lock_client_plan(client_plan_id)
        require_tv(change, client_plan_id, today)
        package = titled(package_id, _require_extra(change.connection, package_id))
        _refuse_second_sale(change.connection, sale, package)
        # Whatever else may sell packages, the constraint refuses a second sale.
        by_constraint = AlreadySold(
            f"O pacote {package} acabou de ser adicionado ao plano do cliente {client_plan_id} por outra pessoa: "
            "confira os pacotes do plano."
        )
        with guarded(change.connection, {"client_package_once_a_day": by_constraint}):
            added = change.connection.execute(named("contracts/insert_client_package"), sale).one()
        change.record(None, added.state, client_plan_id=client_plan_id)
    return _row(added)


def cancel_package(
    engine: Engine, author: str, client_package_id: int, *, today: date, cancelled_on: date | None = None
) -> ClientPackage:
    """End a client package and keep its row. `cancelled_on` (default `today`) is the first day without it.

    Repeating it with the same day changes nothing.
    Raises NotThere, InvalidValue (the day is before `added_on`), AlreadyEnded (cancelled with another day),
    DatabaseUnavailable.
    """
    ends = cancelled_on or today
    with changing(engine, author, "cancel_package") as change:
        before = _lock(change, client_package_id)
        if before.cancelled_on == ends:
            return _row(before)
        if before.cancelled_on is not None:
            raise AlreadyEnded(
                f"O {_called(change, before)} já está cancelado a partir de {before.cancelled_on:%d/%m/%Y}, e isso não "
                "muda: para vender o pacote de novo, use Add. Pacote."
            )
        if ends < before.added_on:
            raise InvalidValue(
                f"O {_called(change, before)} começa em {before.added_on:%d/%m/%Y}, depois de {ends:%d/%m/%Y}: "
                f"cancele-o a partir de {before.added_on:%d/%m/%Y}, ou use Apagar Pacote.",
                field="cancelled_on",
            )
        after = change.connection.execute(
            named("contracts/cancel_client_package"), {"id": client_package_id, "cancelled_on": ends}
        ).one()
        change.record(before.state, after.state, client_plan_id=before.client_plan_id)
    return _row(after)


def delete_package(engine: Engine, author: str, client_package_id: int) -> ClientPackage:
    """Delete a client package that was never billed, and return its last state.

    Exclusions of billing runs do not prevent it, and they stay: the runs' counts of candidates include them.
    Raises NotThere, AlreadyBilled (an event of any status exists), DatabaseUnavailable.
    """
    with changing(engine, author, "delete_package") as change:
        # Taken before any row lock, because a billing run that is under way may wait for the row.
        change.connection.execute(named("contracts/lock_billing_runs"))
        before = _lock(change, client_package_id)
        billed = change.connection.execute(named("contracts/billed_months"), {"id": client_package_id}).one()
        if billed.events:
            raise AlreadyBilled(
                f"O {_called(change, before)} já entrou no faturamento (eventos: {billed.events}, o último com "
                f"vencimento em {billed.last_due_date:%d/%m/%Y}) e fica como histórico: use Cancelar Pacote."
            )
        # The foreign key refuses an event that appeared after the count.
        by_key = AlreadyBilled(
            f"O {_called(change, before)} já entrou no faturamento e fica como histórico: use Cancelar Pacote."
        )
        with guarded(change.connection, {"event_client_package_id_fkey": by_key}):
            change.connection.execute(named("contracts/delete_client_package"), {"id": client_package_id})
        change.record(before.state, None, client_plan_id=before.client_plan_id)
    return _row(before)


def _lock(change: Change, client_package_id: int) -> Row[Any]:
    missing = NotThere(
        f"Não há pacote do cliente {client_package_id}: ele foi apagado, ou o número está errado. Confira os pacotes "
        "do plano."
    )
    of = {"id": client_package_id}
    client_plan_id = change.connection.scalar(named("contracts/plan_of_package"), of)
    if client_plan_id is None:
        raise missing
    change.lock_client_plan(client_plan_id)
    locked = change.connection.execute(named("contracts/lock_client_package"), of).one_or_none()
    if locked is None:
        raise missing
    return locked


def _called(change: Change, client_package: Row[Any]) -> str:
    """Return the label of a client package in messages, with its number and the package's name."""
    package = change.connection.execute(named("changes/read_package"), {"package_id": client_package.package_id}).one()
    return f"pacote do cliente {titled(client_package.id, package.name)}"


def _require_extra(connection: Connection, package_id: int) -> str:
    """Return the name of a package that may be sold as an extra. Raises NotThere, PackageRefused."""
    package = connection.execute(named("changes/read_package"), {"package_id": package_id}).one_or_none()
    if package is None:
        raise NotThere(f"Não há pacote {package_id}: confira o número, ou sincronize o catálogo (tv_catalog_sync).")
    if not package.active:
        raise PackageRefused(f"O pacote {package_id} ({package.name}) saiu da plataforma: escolha outro.")
    if not package.extra:
        raise PackageRefused(
            f"O pacote {package_id} ({package.name}) não é um Pacote Extra: ponha Pacote Extra em Sim no pacote, ou "
            "escolha-o como “Pacote liberado no Plano” de um plano de serviço."
        )
    return str(package.name)


def _refuse_second_sale(connection: Connection, sale: dict[str, Any], package: str) -> None:
    sold = connection.execute(named("contracts/sold_already"), sale).first()
    if sold is None:
        return
    way = "sem data de fim: cancele-o antes de adicioná-lo de novo."
    if sold.cancelled_on is not None:
        ends = f"{sold.cancelled_on:%d/%m/%Y}"
        way = f"e cancelado a partir de {ends}: adicione-o de novo a partir de {ends}."
    raise AlreadySold(
        f"O plano do cliente {sale['client_plan_id']} já tem o pacote {package} (pacote do cliente "
        f"{sold.id}), desde {sold.added_on:%d/%m/%Y} {way}"
    )


def _row(row: Row[Any]) -> ClientPackage:
    return ClientPackage(*row[:-1])
