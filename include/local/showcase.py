"""Makes one contract change of each kind in the demo population, for a reconciliation to carry out."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine

from include.local.summary import rows
from multitv.contracts import packages, points
from multitv.offer import tv_tab as plans

AUTHOR = "demonstração"


def change_contracts(engine: Engine, today: date) -> list[str]:
    """Make each change that the catalogue has room for, and return a line for each.

    Returns nothing if this population was changed before, or is too small for it. Without another default package,
    the service plan keeps its own.
    """
    chosen = rows(engine, "showcase", today=today, author=AUTHOR)
    if not chosen:
        return []
    [found] = chosen
    plan = found.client_plan_id
    device = {"device_type": found.device_type}
    packages.add_package(engine, AUTHOR, plan, found.extra_id, today=today)
    mistaken = packages.add_package(
        engine,
        AUTHOR,
        found.mistaken_client_plan_id,
        found.extra_id,
        today=today,
        added_on=today + timedelta(days=1),
    )
    packages.delete_package(engine, AUTHOR, mistaken.id)
    packages.cancel_package(engine, AUTHOR, found.package_to_cancel, today=today)
    points.add_point(
        engine, AUTHOR, plan, mac="02:de:00:00:00:01", serial="DEMO0001", label="Varanda", today=today, **device
    )
    points.edit_point(engine, AUTHOR, found.point_to_edit, label="Sala de jantar")
    points.swap_point(
        engine, AUTHOR, found.point_to_swap, mac="02:de:00:00:00:02", serial="DEMO0002", today=today, **device
    )
    points.remove_point(engine, AUTHOR, found.point_to_remove, today=today)
    told = [
        f"client plan {plan}: an extra and a point added, a point edited",
        f"client package {found.package_to_cancel} cancelled, {mistaken.id} added by mistake and deleted",
        f"point {found.point_to_swap} swapped, point {found.point_to_remove} removed",
    ]
    if found.default_id is not None:
        plans.change_default_package(engine, AUTHOR, found.service_plan_id, found.default_id)
        told.append(f"service plan {found.service_plan_id}: another default package")
    return told
