"""What billing should come to, worked out the naive way, row by row in Python, apart from all SQL."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")


@dataclass
class Plan:
    """A client's contract."""

    service_plan: int = 1
    status: str = "active"
    cancelled_on: date | None = None
    due_day: int = 28


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
    waits: bool = False


@dataclass
class Credit:
    """What was given back of a charge, and what of it is neither posted nor paid out."""

    plan: int
    since: date
    amount: Decimal
    rest: Decimal


@dataclass
class Correction:
    """The last decision on a charge: its credit, or none if it was only voided."""

    charge: Charge
    credit: Credit | None


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
    totals: dict[tuple[int, date], Decimal] = field(default_factory=dict)
    fees: set[tuple[int, date]] = field(default_factory=set)
    credits: list[Credit] = field(default_factory=list)
    corrections: dict[tuple[int, date], Correction] = field(default_factory=dict)
    settled: set[date] = field(default_factory=set)
    paid_out: Decimal = Decimal(0)
    saved: set[date] = field(default_factory=set)
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
            amounts = self.amounts_by_days(sale, due)
            amount = amounts[number]
            if sum(amounts.values()) < max(self.minimum, CENT) or not amount:
                return "price"
        elif amount < max(self.minimum, CENT):
            return "price"
        return amount, not self.daily

    def amounts_by_days(self, sale: Sale, due: date) -> dict[int, Decimal]:
        """What each sale of a package owes for the month by its days. The month's sum is what is rounded."""
        length = monthrange(due.year, due.month)[1]
        together = [
            (other.added_on, number, (self.price_of(other) or 0) * len(self.days(other, due)))
            for number, other in self.sales.items()
            if (other.plan, other.package) == (sale.plan, sale.package) and self.days(other, due)
        ]
        amounts, so_far = {}, Decimal(0)
        for _, number, value in sorted(together):
            until = so_far + value
            amounts[number] = rounded(until / length) - rounded(so_far / length)
            so_far = until
        return amounts

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
        if self.charged_too_much(number, due):
            return "billed"
        if not self.kept_away.get((number, month), True):
            return "corrected"
        return judged

    def charged_too_much(self, number: int, due: date) -> bool:
        """Whether the other sales of the package were charged more for the month, by days, than they owe by now."""
        month, sale = due.replace(day=1), self.sales[number]
        billed = {
            other: charge
            for (other, of_month), charge in self.charges.items()
            if (self.sales[other].plan, self.sales[other].package) == (sale.plan, sale.package)
            if other != number and of_month == month and charge.status == "processed"
        }
        judged = [self.judge(other, due) for other in billed]
        owed = sum((one[0] for one in judged if not isinstance(one, str)), Decimal(0))
        return sum(charge.amount for charge in billed.values()) > owed

    def covers(self, number: int, due: date) -> bool:
        return self.plans[self.sales[number].plan].due_day == due.day

    def save(self, due: date) -> None:
        self.saved.add(due)
        month = due.replace(day=1)
        listed = set()
        for number in self.sales:
            known = self.charges.get((number, month))
            if known is not None and known.status == "processed":
                continue
            judged = self.chargeable(number, due) if self.covers(number, due) else "not due"
            if not isinstance(judged, str):
                self.charges[number, month] = Charge(due, *judged)
                listed.add(number)
            elif known is not None and known.due == due:
                del self.charges[number, month]
        for number in listed:
            self.take_over(number, month)

    def take_over(self, number: int, month: date) -> None:
        """Void what another due date has pending for another sale of the package, unless both are charged by days."""
        sale, taken = self.sales[number], self.charges[number, month]
        for (other, of_month), charge in list(self.charges.items()):
            same = (self.sales[other].plan, self.sales[other].package) == (sale.plan, sale.package)
            pending = of_month == month and charge.status == "pending" and charge.due != taken.due
            if same and pending and (charge.whole or taken.whole):
                del self.charges[other, month]

    def bill_plans(self, due: date) -> None:
        self.standard.add(due)
        for number, plan in self.plans.items():
            if plan.status != "active" or (plan.cancelled_on is not None and plan.cancelled_on <= due):
                continue
            if plan.due_day != due.day:
                continue
            fee = (number, due.replace(day=1))
            if self.invoices.setdefault((number, due), "open") == "open" and fee not in self.fees:
                self.fees.add(fee)
                self._add((number, due), Decimal(100 if plan.service_plan == 1 else 50))

    def settle(self, due: date) -> None:
        for (number, month), charge in list(self.charges.items()):
            if charge.due != due or charge.status != "pending":
                continue
            if not self.covers(number, due) or self.chargeable(number, due) in ("contract", "billed", "corrected"):
                del self.charges[number, month]
            elif self.invoices.get((self.sales[number].plan, due)) == "open":
                charge.status = "processed"
                self._post((self.sales[number].plan, due), charge.amount)
            else:
                charge.waits = True
        self.settled.add(due)
        self.carry(due)
        self.give_credits()
        for credit in self.credits:
            if credit.rest and self.plans[credit.plan].status != "active":
                self.paid_out += credit.rest
                credit.rest = Decimal(0)

    def carry(self, settled: date | None) -> None:
        """Post the charges that wait; make an invoice for those of contracts that get none."""
        for (number, _), charge in sorted(self.charges.items(), key=lambda item: item[1].due):
            plan = self.sales[number].plan
            if charge.status != "pending" or not charge.waits:
                continue
            if settled is not None and not self._open(plan, charge.due) and self.plans[plan].status != "active":
                self.invoices[plan, self.free_due_date(plan, max(settled, charge.due))] = "open"
            if found := self._open(plan, charge.due):
                charge.status = "processed"
                self._post(found[0], charge.amount)

    def free_due_date(self, plan: int, since: date) -> date:
        free = since.replace(day=self.plans[plan].due_day)
        while free < since or (plan, free) in self.invoices:
            free = (free.replace(day=1) + timedelta(32)).replace(day=free.day)
        return free

    def _open(self, plan: int, since: date) -> list[tuple[int, date]]:
        return sorted(
            (who, due)
            for (who, due), state in self.invoices.items()
            if who == plan and due >= since and state == "open"
        )

    def void(self, number: int, month: date, *, rebill: bool) -> None:
        self.corrections[number, month] = Correction(self.charges.pop((number, month)), None)
        self.kept_away[number, month] = rebill

    def reverse(self, number: int, month: date, *, rebill: bool) -> None:
        charge = self.charges.pop((number, month))
        self.kept_away[number, month] = rebill
        credit = Credit(self.sales[number].plan, charge.due, charge.amount, charge.amount)
        self.corrections[number, month] = Correction(charge, credit)
        self.credits.append(credit)
        self.give_credits()

    def is_charged_again(self, number: int, month: date) -> bool:
        """Whether a live charge of the month stands in the way of taking a correction back."""
        sale, whole = self.sales[number], self.corrections[number, month].charge.whole
        return any(
            of_month == month
            and (self.sales[other].plan, self.sales[other].package) == (sale.plan, sale.package)
            and (other == number or charge.whole or whole)
            for (other, of_month), charge in self.charges.items()
        )

    def take_back(self, number: int, month: date) -> None:
        done = self.corrections.pop((number, month))
        self.kept_away[number, month] = True
        charge = done.charge
        if done.credit is not None and done.credit.rest == done.credit.amount:
            self.credits.remove(done.credit)
            self.charges[number, month] = charge
        else:
            self.charges[number, month] = Charge(
                charge.due, charge.amount, charge.whole, waits=charge.due in self.settled
            )
            self.carry(None)
        self.give_credits()

    def give_credits(self) -> None:
        while True:
            picked: dict[tuple[int, date], list[Credit]] = {}
            for credit in sorted(self.credits, key=lambda one: one.since):
                roomy = [key for key in self._open(credit.plan, credit.since) if self.totals.get(key, 0) > 0]
                if credit.rest and roomy:
                    picked.setdefault(roomy[0], []).append(credit)
            if not picked:
                return
            for key, sharing in picked.items():
                for credit in sharing:
                    given = min(credit.rest, self.totals[key])
                    if given:
                        credit.rest -= given
                        self._post(key, -given)

    def _add(self, invoice: tuple[int, date], amount: Decimal) -> None:
        self.totals[invoice] = self.totals.get(invoice, Decimal()) + amount

    def _post(self, invoice: tuple[int, date], amount: Decimal) -> None:
        self._add(invoice, amount)
        plan = invoice[0]
        self.posted[plan] = self.posted.get(plan, Decimal()) + amount
        self.postings += 1


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_DOWN)
