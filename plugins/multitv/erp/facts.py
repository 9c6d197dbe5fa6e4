"""What every room asks of the ERP's tables, or of an ISP's views in their place."""

from __future__ import annotations

from sqlalchemy import Connection

from multitv.database.sql import named
from multitv.errors import PermanentError


class ErpEmpty(PermanentError):
    """The ERP shows no client plan at all: it is empty, or half loaded, and no basis for anything."""


def require_client_plans(connection: Connection) -> None:
    """Raise ErpEmpty if erp.client_plan has no row."""
    if not connection.execute(named("erp/has_client_plans")).scalar_one():
        raise ErpEmpty(
            "erp.client_plan is empty: the ERP is not loaded, or its view shows nothing. Nothing was written and "
            "nobody is touched. Repair it, then clear this task."
        )


def has_service_plan(connection: Connection, service_plan_id: int) -> bool:
    """Tell whether erp.service_plan has a row of this id."""
    return connection.execute(named("erp/read_service_plan"), {"service_plan_id": service_plan_id}).first() is not None
