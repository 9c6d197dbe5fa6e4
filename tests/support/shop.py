"""An ISP with one TV plan, its basic package (2 points) and an extra, and what the changes wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from sqlalchemy import Engine

from multitv.contracts.points import add_point
from multitv.contracts.rows import ClientPoint
from tests.support.databases import as_pipeline, as_screens
from tests.support.isp import Isp
from tests.support.settings import TODAY

TABLES = ("tv.client_package", "tv.promotion", "tv.client_point", "tv.service_plan_setting", "tv.contract_change")


class NewDevice(TypedDict):
    """What a swap is told of the new device, except its MAC."""

    serial: str
    device_type: str
    today: date


@dataclass
class Shop:
    """Service plan 1 has TV and the basic package, 2 has none; `extra` costs 29.90 and allows a third point."""

    isp: Isp
    basic: int
    extra: int
    plan: int

    @property
    def engine(self) -> Engine:
        """As the screens connect."""
        return as_screens(self.isp.engine)

    def limit(self, package: int, points: int | None) -> None:
        self.isp.run("update tv.package set point_limit = :points where id = :id", points=points, id=package)

    def point(self, number: int, plan: int | None = None, **changed: Any) -> ClientPoint:
        """Add point `number`, whose MAC ends in it."""
        device = {"mac": mac(number), "serial": f"SN{number}", "device_type": "stb", "label": f"Sala {number}"}
        return add_point(self.engine, "ana", plan or self.plan, today=TODAY, **(device | changed))

    def audit(self) -> list[Any]:
        """Author, action, what it is of, before and after of every change, oldest first."""
        changes: list[Any] = self.isp.run(
            "select author, action, coalesce(client_plan_id, service_plan_id, package_id), before, after "
            "from tv.contract_change order by id"
        )
        return changes

    def tables(self) -> dict[str, list[Any]]:
        return {name: self.isp.run(f"select * from {name} order by 1") for name in TABLES}  # noqa: S608


def mac(number: int) -> str:
    return f"a4:5e:60:00:00:{number:02x}"


def open_shop(engine: Engine) -> Shop:
    isp = Isp(as_pipeline(engine))
    isp.offer_plans()
    basic = isp.package(None, extra=False)
    isp.run("update tv.package set service_type = 'BASIC_SERVICE' where id = :id", id=basic)
    isp.run("update tv.service_plan_setting set package_id = :basic where service_plan_id = 1", basic=basic)
    made = Shop(isp, basic, isp.package("29.90"), isp.client_plan())
    made.limit(basic, 2)
    made.limit(made.extra, 3)
    return made
