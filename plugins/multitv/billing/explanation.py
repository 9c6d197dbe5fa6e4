"""Where the amount of a billing event comes from, as a line that a person can read to a client."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from multitv.labels import sentence

_KIND = {"charge": "explained_charge", "reversal": "explained_reversal"}
_PRICE = {"client": "explained_price_of_client", "package": "explained_price_of_package"}


@dataclass(frozen=True)
class Explanation:
    """What the SQL function billing.explanation returns. Amounts are in reais.

    `days` None: the whole price; `policy_id` None: the event was made without a policy. `segment` 0: a difference, on
    top of `value_before`. `adjusts`: a credit that no person ordered, because the month owes less than was charged.
    """

    kind: Literal["charge", "reversal"]
    package: str
    due_date: date
    reference_month: date
    segment: int
    amount: Decimal
    price: Decimal | None
    price_source: Literal["client", "package"]
    days: int | None
    value_before: Decimal | None
    denominator: int | None
    policy_id: int | None
    proration: Literal["full", "daily"] | None
    timing: Literal["advance", "arrears"] | None
    adjusts: bool

    def line(self) -> str:
        """Return the line, in Portuguese."""
        facts = asdict(self)
        if self.adjusts:
            return sentence("explained_adjustment", facts)
        if self.segment == 0:
            if self.value_before == 0:
                return sentence("explained_charged_anew" if self.kind == "charge" else "explained_reversal", facts)
            owed = None if self.value_before is None else self.value_before + self.amount
            of_kind = "explained_difference" if self.kind == "charge" else "explained_reversed_difference"
            return sentence(of_kind, facts | {"owed": owed})
        parts = [
            sentence("explained_whole_month" if self.days is None else "explained_days", facts),
            sentence(_PRICE[self.price_source]),
        ]
        if self.policy_id is not None:
            parts.append(sentence("explained_open_month" if self._is_looked_back else "explained_policy", facts))
        return f"{sentence(_KIND[self.kind], facts)} ({', '.join(parts)})"

    @property
    def _is_looked_back(self) -> bool:
        """Whether the month is older than the one that its due date bills by itself."""
        last = self.due_date.replace(day=1)
        if self.timing == "arrears":
            last = (last - timedelta(1)).replace(day=1)
        return self.reference_month < last
