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


class ErpIncomplete(PermanentError):
    """So many client plans are missing from the ERP, or wrong in it, that it is more likely to be half loaded."""


@dataclass(frozen=True)
class Recorded:
    """The client plans that were known, those in the ERP now, and those that changed or came, are parked, and went."""

    known: int
    stated: int
    changed: int
    parked: int
    gone: int


def record(engine: Engine, today: date, settings: Settings, *, judged: bool = False) -> Recorded:
    """Record the ERP's facts and the ISP's offer as true from `today`, the ISP's business date, on.

    In one transaction, and harmless when repeated: the last state that is seen on a day is the day's. A client plan
    that is parked or gone keeps its last good state. Writes a pending change for each client plan of which something
    changed that the platform has to follow, unless they are `judged`: a full run has just compared everybody. Raises
    ErpEmpty, ErpIncomplete, DatabaseUnavailable; nothing is then recorded.
    """
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
        given = {"today": today, "judged": judged}
        recorded = read_as(Recorded, connection.execute(named("erp/record_history"), given).one())
        all_of_them = max(recorded.known, recorded.stated)
        limit = max(settings.erp_max_wrong, int(settings.erp_max_wrong_share * all_of_them))
        if max(recorded.gone, recorded.parked) > limit:
            raise ErpIncomplete(
                f"Of {all_of_them} client plans, {recorded.gone} are missing from erp.client_plan that were in it "
                f"before, and {recorded.parked} are wrong or have a service plan that is; more than {limit} are too "
                "many (MULTITV_ERP_MAX_WRONG, MULTITV_ERP_MAX_WRONG_SHARE). Look whether the ERP is completely loaded, "
                "then clear this task; docs/erp.md says what is wrong in a row. If it is as it should be, raise the "
                "limit until the next run. Nothing was written."
            )
    log.info(
        "History: %s client plans, %s changed or new, %s parked, %s gone.",
        recorded.stated,
        recorded.changed,
        recorded.parked,
        recorded.gone,
    )
    return recorded
