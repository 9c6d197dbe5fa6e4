"""What a month owes, worked out day by day in plain Python, apart from all SQL.

Whoever uses a ledger sets `today` and then says what is seen on it. The last state of a day is the day's, the first one
extends backwards, and after today the last one holds. The dates of a contract and of a sale, promotions and policies
count as they are stated now, whenever that was learned. A month is named by its first day.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, Generic, TypeVar

CENT = Decimal("0.01")
State = TypeVar("State")


class History(Generic[State]):
    """The last state that was seen of one thing on each day."""

    def __init__(self, today: date, state: State) -> None:
        self.seen = {date.min: state, today: state}

    def see(self, today: date, state: State) -> None:
        self.seen[today] = state

    def on(self, day: date) -> State:
        return self.seen[max(seen_on for seen_on in self.seen if seen_on <= day)]

    @property
    def now(self) -> State:
        return self.on(date.max)


@dataclass(frozen=True)
class Contract:
    """What the ERP says of a client plan, except its dates. Of one that is cancelled it may say nothing else."""

    due_day: int | None = 10
    status: str = "active"
    service_plan: int | None = 1


@dataclass
class ClientPlan:
    """A contract's states and its first day; `cancelled_on` is the first day without it, as the ERP states it.

    `gone_on` is the day from which the ERP does not show it any more; its last state goes on.
    """

    states: History[Contract]
    activated_on: date
    cancelled_on: date | None
    gone_on: date | None = None

    @property
    def end(self) -> date | None:
        return min((day for day in (self.cancelled_on, self.gone_on) if day is not None), default=None)


@dataclass(frozen=True)
class Package:
    """What a package is sold as."""

    price: Decimal | None = None
    extra: bool = True
    active: bool = True


@dataclass(frozen=True)
class Promotion:
    """What a sale costs on the days [since, until)."""

    price: Decimal
    since: date
    until: date


@dataclass
class Sale:
    """A package sold to a client plan on the days [added_on, cancelled_on), and its own prices."""

    client_plan: int
    package: int
    prices: History[Decimal | None]
    added_on: date
    cancelled_on: date | None
    promotions: list[Promotion] = field(default_factory=list)


@dataclass(frozen=True)
class Policy:
    """How months are charged. The defaults are the manual's rule."""

    daily: bool = False
    arrears: bool = False
    minimum: Decimal = Decimal(0)
    bills_suspended: bool = False
    half_up: bool = False
    adjusts: bool = False
    service_plan: int | None = None
    valid_from: date = date.min


@dataclass(frozen=True)
class Segment:
    """The days of a month that a sale is charged for at one price, and their part of the amount."""

    sale: int
    price: Decimal
    days: frozenset[date]
    amount: Decimal


@dataclass
class Ledger:
    """The ISP's facts, and what follows from them."""

    today: date
    go_live: date = date.min
    client_plans: dict[int, ClientPlan] = field(default_factory=dict)
    packages: dict[int, History[Package]] = field(default_factory=dict)
    allows_tv: dict[int, History[bool]] = field(default_factory=dict)
    sales: dict[int, Sale] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=lambda: [Policy()])

    # What is seen today.

    def add_client_plan(
        self, number: int, contract: Contract, *, activated_on: date, cancelled_on: date | None = None
    ) -> None:
        self.client_plans[number] = ClientPlan(History(self.today, contract), activated_on, cancelled_on)

    def change_contract(self, number: int, **changes: Any) -> None:
        states = self.client_plans[number].states
        states.see(self.today, replace(states.now, **changes))

    def add_package(self, number: int, package: Package) -> None:
        self.packages[number] = History(self.today, package)

    def change_package(self, number: int, **changes: Any) -> None:
        states = self.packages[number]
        states.see(self.today, replace(states.now, **changes))

    def set_allows_tv(self, service_plan: int, allows_tv: bool) -> None:
        if service_plan in self.allows_tv:
            self.allows_tv[service_plan].see(self.today, allows_tv)
        else:
            self.allows_tv[service_plan] = History(self.today, allows_tv)

    def add_sale(
        self,
        number: int,
        client_plan: int,
        package: int,
        price: Decimal | None = None,
        *,
        added_on: date,
        cancelled_on: date | None = None,
    ) -> None:
        self.sales[number] = Sale(client_plan, package, History(self.today, price), added_on, cancelled_on)

    def change_price(self, sale: int, price: Decimal | None) -> None:
        self.sales[sale].prices.see(self.today, price)

    def lose(self, number: int) -> None:
        """The ERP does not show a client plan any more."""
        self.client_plans[number].gone_on = self.today

    # What follows for due dates.

    def covers(self, client_plan: int, due_date: date) -> bool:
        """Tell whether a day is the client plan's due day, which is the month's last one if the month is too short."""
        due_day = self.client_plans[client_plan].states.on(due_date).due_day
        return due_day is not None and due_date.day == min(due_day, length(due_date))

    def billing_day(self, client_plan: int, month: date) -> date:
        """Return the last due day of a month, or its last day if none of its days was the due day."""
        due = [day for day in days_of(month) if self.covers(client_plan, day)]
        return max(due, default=days_of(month)[-1])

    def policy(self, client_plan: int, month: date) -> Policy:
        """Return the newest policy that is valid for the service plan of the billing day, else the newest default."""
        service_plan = self.client_plans[client_plan].states.on(self.billing_day(client_plan, month)).service_plan
        valid = [policy for policy in self.policies if policy.valid_from <= month]
        own = [policy for policy in valid if policy.service_plan == service_plan]
        default = [policy for policy in valid if policy.service_plan is None]
        return own[-1] if own else default[-1]

    def billed_months(self, client_plan: int, due_date: date) -> list[date]:
        """Return the months that a due date bills: its own in advance, the one before in arrears."""
        if not self.covers(client_plan, due_date):
            return []
        month = due_date.replace(day=1)
        before = (month - timedelta(1)).replace(day=1)
        months = []
        if self.policy(client_plan, before).arrears:
            months.append(before)
        if not self.policy(client_plan, month).arrears:
            months.append(month)
        return months

    # What follows for a month.

    def owed(self, client_plan: int, package: int, month: date) -> Decimal:
        return sum((segment.amount for segment in self.segments(client_plan, package, month)), Decimal(0))

    def segments(self, client_plan: int, package: int, month: date) -> list[Segment]:
        """Return what a month owes, by sale and price. In full it is one segment, of the judging day."""
        if month < self.go_live:
            return []
        policy = self.policy(client_plan, month)
        days = days_of(month) if policy.daily else [self.judging_day(client_plan, month)]
        charged: dict[tuple[int, Decimal], set[date]] = {}
        for day, sale in self.in_force(client_plan, package, month).items():
            price = self.price(sale, day)
            if day in days and price:
                charged.setdefault((sale, price), set()).add(day)
        segments = []
        sum_so_far = Decimal(0)
        for sale, price in sorted(charged, key=lambda key: (self.sales[key[0]].added_on, min(charged[key]))):
            charged_days = charged[sale, price]
            sum_before, sum_so_far = sum_so_far, sum_so_far + price * len(charged_days)
            amount = rounded(sum_so_far / len(days), policy) - rounded(sum_before / len(days), policy)
            segments.append(Segment(sale, price, frozenset(charged_days), amount))
        total = rounded(sum_so_far / len(days), policy)
        return segments if total >= max(policy.minimum, CENT) else []

    def judging_day(self, client_plan: int, month: date) -> date:
        """Return the day on which a month is judged that is charged in full."""
        if self.policy(client_plan, month).arrears:
            return days_of(month)[-1]
        return self.billing_day(client_plan, month)

    def in_force(self, client_plan: int, package: int, month: date) -> dict[date, int]:
        """Return the days of a month on which a package is in force, and whose sale it is then."""
        policy = self.policy(client_plan, month)
        return {
            day: number
            for day in days_of(month)
            for number, sale in self.sales.items()
            if (sale.client_plan, sale.package) == (client_plan, package)
            if within(day, sale.added_on, sale.cancelled_on)
            if self.is_served(client_plan, day, policy)
            if self.packages[package].on(day).extra and self.packages[package].on(day).active
        }

    def is_served(self, client_plan: int, day: date, policy: Policy) -> bool:
        """Tell whether the contract is one that TV is charged for on a day."""
        plan = self.client_plans[client_plan]
        contract = plan.states.on(day)
        if not within(day, plan.activated_on, plan.end):
            return False
        tab = self.allows_tv.get(contract.service_plan) if contract.service_plan else None
        if tab is None or not tab.on(day):
            return False
        if contract.status == "suspended":
            return policy.bills_suspended
        if contract.status == "cancelled":
            # Its days before the end are owed, if they are charged when they are over or one by one.
            return plan.cancelled_on is not None and (policy.daily or policy.arrears)
        return contract.status == "active"

    def price(self, sale: int, day: date) -> Decimal | None:
        """Return what a sale costs on a day: by promotion, by its own price, by the package's."""
        for promotion in self.sales[sale].promotions:
            if within(day, promotion.since, promotion.until):
                return promotion.price
        own = self.sales[sale].prices.on(day)
        return self.packages[self.sales[sale].package].on(day).price if own is None else own


def length(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def days_of(month: date) -> list[date]:
    return [month.replace(day=number) for number in range(1, length(month) + 1)]


def within(day: date, first: date, end: date | None) -> bool:
    """Tell whether a day is one of [first, end)."""
    return first <= day and (end is None or day < end)


def rounded(amount: Decimal, policy: Policy) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP if policy.half_up else ROUND_DOWN)
