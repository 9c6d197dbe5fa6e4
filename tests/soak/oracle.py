"""What billing should come to, worked out the naive way, row by row in Python, apart from all SQL."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass
class Plan:
    """A client's contract."""

    service_plan: int = 1
    status: str = "active"
    cancelled_on: date | None = None


@dataclass
class Sale:
    """A package sold to a client plan."""

    plan: int
    package: int
    price: Decimal | None
    added_on: date
    cancelled_on: date | None = None


@dataclass
class Charge:
    """A live charge of a sale for a month."""

    due: date
    amount: Decimal
    whole: bool
    status: str = "pending"
    event: int | None = None


@dataclass
class Oracle:
    """The ISP and its books. Service plan 1 has TV, 2 has none."""

    plans: dict[int, Plan] = field(default_factory=dict)
    packages: dict[int, Decimal | None] = field(default_factory=dict)
    sales: dict[int, Sale] = field(default_factory=dict)
    daily: bool = False
    minimum: Decimal = Decimal(0)
    bills_suspended: bool = False
    charges: dict[tuple[int, date], Charge] = field(default_factory=dict)
    kept_away: dict[tuple[int, date], bool] = field(default_factory=dict)
    invoices: dict[tuple[int, date], str] = field(default_factory=dict)
    credits: list[tuple[int, date, Decimal]] = field(default_factory=list)
    standard: set[date] = field(default_factory=set)
    posted: dict[int, Decimal] = field(default_factory=dict)
    postings: int = 0

    def price_of(self, sale: Sale) -> Decimal | None:
        return self.packages[sale.package] if sale.price is None else sale.price

    def days(self, sale: Sale, due: date) -> set[date]:
        """The days of the month on which a sale counts."""
        plan = self.plans[sale.plan]
        length = monthrange(due.year, due.month)[1]
        days = {due.replace(day=1) + timedelta(number) for number in range(length)}
        for end in (sale.cancelled_on, plan.cancelled_on):
            days = {day for day in days if end is None or day < end}
        return {day for day in days if day >= sale.added_on}

    def judge(self, number: int, due: date) -> tuple[Decimal, bool] | str:
        """The amount of a sale and whether it is a whole month's; or why it is not charged: contract, price."""
        sale = self.sales[number]
        plan = self.plans[sale.plan]
        if plan.service_plan != 1 or plan.status == "cancelled":
            return "contract"
        if plan.status == "suspended" and not self.bills_suspended:
            return "contract"
        days = self.days(sale, due)
        if not days or (not self.daily and due not in days):
            return "contract"
        price = self.price_of(sale)
        if price is None or price == 0:
            return "price"
        amount = price
        if self.daily:
            length = monthrange(due.year, due.month)[1]
            before = sum(
                len(self.days(other, due))
                for other in self.sales.values()
                if (other.plan, other.package) == (sale.plan, sale.package)
                and self.price_of(other) == price
                and other.added_on < sale.added_on
            )
            until = (price * (before + len(days)) / length).quantize(CENT, ROUND_HALF_UP)
            amount = until - (price * before / length).quantize(CENT, ROUND_HALF_UP)
        if amount < max(self.minimum, CENT):
            return "price"
        return amount, not self.daily

    def chargeable(self, number: int, due: date) -> tuple[Decimal, bool] | str:
        judged = self.judge(number, due)
        if isinstance(judged, str):
            return judged
        month = due.replace(day=1)
        sale = self.sales[number]
        for (other, of_month), charge in self.charges.items():
            same = (self.sales[other].plan, self.sales[other].package) == (sale.plan, sale.package)
            processed = of_month == month and charge.status == "processed"
            if processed and same and other != number and (charge.whole or judged[1]):
                return "billed"
        if not self.kept_away.get((number, month), True):
            return "corrected"
        return judged

    def save(self, due: date) -> None:
        month = due.replace(day=1)
        for number in self.sales:
            known = self.charges.get((number, month))
            if known is not None and known.status == "processed":
                continue
            judged = self.chargeable(number, due)
            if isinstance(judged, str):
                self.charges.pop((number, month), None)
            else:
                self.charges[number, month] = Charge(due, *judged)

    def bill_plans(self, due: date) -> None:
        self.standard.add(due)
        for number, plan in self.plans.items():
            if plan.status == "active" and (plan.cancelled_on is None or plan.cancelled_on > due):
                self.invoices.setdefault((number, due), "open")

    def settle(self, due: date) -> None:
        for (number, month), charge in list(self.charges.items()):
            if charge.due != due or charge.status != "pending":
                continue
            if self.chargeable(number, due) in ("contract", "billed", "corrected"):
                del self.charges[number, month]
            elif self.invoices.get((self.sales[number].plan, due)) == "open":
                charge.status = "processed"
                self._post(self.sales[number].plan, charge.amount)
        self.give_credits()

    def void(self, number: int, month: date, *, rebill: bool) -> None:
        del self.charges[number, month]
        self.kept_away[number, month] = rebill

    def reverse(self, number: int, month: date, *, rebill: bool) -> None:
        charge = self.charges.pop((number, month))
        self.kept_away[number, month] = rebill
        self.credits.append((self.sales[number].plan, charge.due, charge.amount))
        self.give_credits()

    def give_credits(self) -> None:
        left = []
        for plan, since, amount in self.credits:
            if any(who == plan and due >= since and state == "open" for (who, due), state in self.invoices.items()):
                self._post(plan, -amount)
            else:
                left.append((plan, since, amount))
        self.credits = left

    def _post(self, plan: int, amount: Decimal) -> None:
        self.posted[plan] = self.posted.get(plan, Decimal()) + amount
        self.postings += 1
