"""JSON API of the dashboard: its figures, and the discrepancies."""

from __future__ import annotations

from fastapi import APIRouter

from multitv.settings import get_settings
from multitv.web.core.access import Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.paging import Cursor, CursorPage
from multitv.web.dashboard import revenue_assurance
from multitv.web.dashboard.queries import Figures, figures

router = APIRouter(tags=["dashboard"], route_class=DatabaseRoute)


@router.get("/dashboard")
def dashboard(person: Reader, engine: Database) -> Figures:
    """The figures of the dashboard."""
    return figures(engine, get_settings().today())


@router.get("/revenue-assurance/{kind}")
def discrepancies(
    person: Reader, engine: Database, kind: revenue_assurance.Kind, cursor: Cursor = None
) -> CursorPage[revenue_assurance.Discrepancy]:
    """The discrepancies between sale, service and charge, the greatest amounts first."""
    return revenue_assurance.page(engine, kind, cursor)
