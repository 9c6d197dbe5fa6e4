"""The list of Carregar, stored so that a person can read it page by page and Salvar saves exactly this list."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from multitv.billing.review import ChargeChange, ListSummary, columns, concerns, describe, summarise_list, top_changes
from multitv.billing.tv import list_candidates
from multitv.database.engine import bulk_transaction, transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.errors import Refusal
from multitv.settings import Settings

log = logging.getLogger(__name__)

# Serialises the storing of lists only; no step that saves or settles takes it.
PREVIEW = "billing preview"


class PreviewOutdated(Refusal):
    """The list is no longer the newest of its due date."""


@dataclass(frozen=True)
class StoredPreview:
    """A stored list: its number in billing.preview, and its totals as Markdown in Portuguese."""

    id: int
    markdown: str


def store(engine: Engine, due_date: date, settings: Settings) -> StoredPreview:
    """List who would be charged and store the list, which replaces the due date's previous one. Charges nobody.

    It waits for no billing step, and none waits for it. Two calls at once run one after the other.
    Raises ErpEmpty, DatabaseUnavailable.
    """
    # A charge that is settled meanwhile would be listed twice, as pending and as processed, so every statement reads
    # the same snapshot. It is taken under the lock, after the previous list was stored.
    frozen = engine.execution_options(isolation_level="REPEATABLE READ")
    with transaction(engine) as turn:
        lock(turn, PREVIEW)
        with bulk_transaction(frozen) as connection:
            stored = _store(connection, due_date, settings)
    log.info("List %s of %s is stored; nothing is saved.\n%s", stored.id, due_date, stored.markdown)
    return stored


def approve(engine: Engine, preview: int, *, by: str, at: datetime) -> None:
    """Record that a person approved a list: the next run saves it without asking, unless the list has changed.

    Repeating it changes nothing. `at` has a time zone. Raises PreviewOutdated if the list was deleted,
    DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        approval = {"preview": preview, "decided_by": by, "decided_at": at}
        due_date = connection.execute(named("billing/approve_preview"), approval).scalar_one()
        if due_date is None:
            raise PreviewOutdated("preview_lost", preview=preview)
    log.info("List %s of %s was approved by %s.", preview, due_date, by)


def _store(connection: Connection, due_date: date, settings: Settings) -> StoredPreview:
    require_client_plans(connection)
    list_candidates(connection, due_date)
    summary = summarise_list(connection, due_date)
    unusual, changes = concerns(summary, settings), top_changes(connection, summary)
    number = int(connection.execute(named("billing/next_preview")).scalar_one())
    connection.execute(named("billing/make_preview_table"))
    connection.execute(named("billing/fill_preview"), {"preview": number, "due_date": due_date})
    connection.execute(named("billing/attach_preview"), {"preview": number})
    # The next statement locks rows that approvals and readers wait for, so all slow work comes before it.
    replaced = connection.execute(named("billing/delete_previews"), {"due_date": due_date}).scalars().all()
    row = {"preview": number} | columns(summary, unusual) | _parts(summary, changes)
    connection.execute(named("billing/insert_preview"), row)
    connection.execute(named("billing/drop_replaced_previews"), {"spared": list(replaced)})
    return StoredPreview(number, describe(summary, unusual, changes))


def _parts(summary: ListSummary, changes: list[ChargeChange]) -> dict[str, object]:
    return {
        "outcomes": [part.name for part in summary.outcomes],
        "client_packages": [part.client_packages for part in summary.outcomes],
        "amounts": [part.amount for part in summary.outcomes],
        "client_plans": [change.client_plan for change in changes],
        "amounts_before": [change.before for change in changes],
        "amounts_after": [change.after for change in changes],
    }
