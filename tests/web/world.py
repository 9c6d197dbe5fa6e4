"""A small ISP for the screens: everything that they show, with names that nobody would wish to anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from multitv.billing import preview
from multitv.settings import get_settings
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://mau.example";"clique")'
NASTY = (
    SCRIPT,
    FORMULA,
    "O'Brien; drop table erp.client; --",
    '"><img src=x onerror=alert(1)>',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "João 🎬 da Televisão",
    "{{ 7 * 7 }}{% raise %}",
    "Ânderson " + "Ç" * 191,
    'aspas "duplas"; ponto e vírgula',
)
TV, NO_TV, STRANGE, DAILY = 1, 2, 3, 4


@dataclass
class World(Isp):
    """Service plan 1 has TV, 2 has none, 3 has an ugly name and no TV tab, 4 is charged by the day.

    Of the due dates, `settled` and `current` were billed and `pending` is saved only: with an event of `waiting`, and
    a void one of `voided`. `coming` and `past` have a kept list, and that of `counted` is long: `many` have all of
    `packages`. `nasty` are the client plans of the names in NASTY.
    """

    today: date = field(default_factory=lambda: get_settings().today())
    pins: dict[int, str] = field(default_factory=dict)
    basic: int = 0
    sports: int = 0
    films: int = 0
    maria: int = 0
    waiting: int = 0
    voided: int = 0
    nasty: list[int] = field(default_factory=list)
    many: list[int] = field(default_factory=list)
    packages: list[int] = field(default_factory=list)

    def due(self, day: int, months: int) -> date:
        """A day of the month that is so many months from today's."""
        month = self.today.year * 12 + self.today.month - 1 + months
        return date(month // 12, month % 12 + 1, day)

    def things(self, run_id: str) -> dict[str, object]:
        """What may stand in an address: something of everything. `run_id` is that of a run of tv_billing."""
        [(sold,)] = self.run("select min(id) from tv.client_package where client_plan_id = :plan", plan=self.maria)
        [(point,)] = self.run("select id from tv.client_point where client_plan_id = :plan", plan=self.maria)
        [(listed,)] = self.run("select id from billing.preview where due_date = :due", due=self.coming)
        [(payout,)] = self.run("select min(id) from billing.payout where paid_at is null")
        return {
            "payout_id": payout,
            "reference_month": self.open_month,
            "decision": "waive_month",
            "client_plan_id": self.maria,
            "client_package_id": sold,
            "point_id": point,
            "service_plan_id": 3,
            "package_id": self.films,
            "due_date": self.coming,
            "preview_id": listed,
            "sync_id": 1,
            "run_id": run_id,
        }

    @property
    def open_month(self) -> date:
        """A month that is open for `maria` and the `nasty`, and waived for the first of these."""
        return self.due(1, -3)

    @property
    def settled(self) -> date:
        return self.due(10, -1)

    @property
    def current(self) -> date:
        return self.due(10, 0)

    @property
    def coming(self) -> date:
        return self.due(10, 1)

    @property
    def pending(self) -> date:
        return self.due(5, 1)

    @property
    def counted(self) -> date:
        return self.due(20, 1)

    @property
    def past(self) -> date:
        return self.due(25, -1)

    def client(self, name: str = "Cliente", document: str = "0", **plan: Any) -> int:
        """A client with one client plan; both have the number that is returned."""
        number = self.client_plan(**plan)
        self.run("update erp.client set name = :name, document = :document where id = :id",
                 name=name, document=document, id=number)  # fmt: skip
        return number

    def named_package(self, name: str, price: str | None, **offer: Any) -> int:
        number = self.package(price, **offer)
        self.run("update tv.package set name = :name where id = :id", name=name, id=number)
        return number

    def channel(self, package: int, name: str, number: int, family: str, *, active: bool = True) -> None:
        self.run(
            "with made as (insert into tv.channel (platform_uid, name, number, family, active) "
            "values ('ch-' || :number, :name, :number, :family, :active) returning id) "
            "insert into tv.package_channel select :package, id from made",
            package=package, name=name, number=number, family=family, active=active,
        )  # fmt: skip

    def store(self, due_date: date) -> int:
        """Do what Carregar does; return the number of the list."""
        return preview.store(self.engine, due_date, SETTINGS).id

    def written(self) -> dict[str, Any]:
        """What tells any two states apart of whatever a person at the screens could change."""
        tables = (
            "tv.client_package", "tv.client_point", "tv.service_plan_setting", "tv.package", "tv.contract_change",
            "tv.pin_reveal", "billing.review", "billing.waiver", "billing.open_month", "billing.payout",
        )  # fmt: skip
        whole = "select count(*), sum(hashtextextended(cast(one as text), 0)) from {} as one"
        return {name: self.run(whole.format(name)) for name in tables}
