"""What was true of the contracts and the offer since when, as the runs that read the ERP saw it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.errors import PermanentError
from multitv.settings import Settings

log = logging.getLogger(__name__)


class ErpShrunken(PermanentError):
    """So many client plans are missing from the ERP at once that it is more likely to be half loaded."""


@dataclass(frozen=True)
class Recorded:
    """The client plans that were known, and those that changed or came, that are parked, and that went."""

    known: int
    changed: int
    parked: int
    gone: int


def record(engine: Engine, today: date, settings: Settings) -> Recorded:
    """Record the ERP's facts and the ISP's offer as true from `today`, the ISP's business date, on.

    In one transaction, and harmless when repeated: the last state that is seen on a day is the day's. A client plan
    that is parked or gone keeps its last good state. Raises ErpEmpty, ErpShrunken, DatabaseUnavailable; nothing is then
    recorded.
    """
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
        recorded = read_as(Recorded, connection.execute(named("erp/record_history"), {"today": today}).one())
        limit = max(settings.erp_max_gone, int(settings.erp_max_gone_share * recorded.known))
        if recorded.gone > limit:
            raise ErpShrunken(
                f"{recorded.gone} of {recorded.known} client plans are missing from erp.client_plan, more than {limit} "
                "(MULTITV_ERP_MAX_GONE, MULTITV_ERP_MAX_GONE_SHARE). Look whether the ERP is completely loaded, then "
                "clear this task; if the contracts were really deleted, raise the limit until the next run. Nothing "
                "was written."
            )
    log.info(
        "History: %s client plans known, %s changed or new, %s parked, %s gone.",
        recorded.known,
        recorded.changed,
        recorded.parked,
        recorded.gone,
    )
    return recorded
