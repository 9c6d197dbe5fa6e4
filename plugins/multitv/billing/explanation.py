"""Where the amount of a billing event comes from, as a line that a person can read to a client."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from multitv.labels import sentence

_KIND = {"charge": "explained_charge", "reversal": "explained_reversal"}
_PRICE = {"client": "explained_price_of_client", "package": "explained_price_of_package"}


@dataclass(frozen=True)
class Explanation:
    """What the SQL function billing.explanation returns. Amounts are in reais.

    `days` None: the whole price; `policy_id` None: the event was made without a policy.
    """

    kind: Literal["charge", "reversal"]
    package: str
    reference_month: date
    amount: Decimal
    price: Decimal | None
    price_source: Literal["client", "package"]
    days: int | None
    denominator: int | None
    policy_id: int | None
    proration: Literal["full", "daily"] | None
    timing: Literal["advance", "arrears"] | None

    def line(self) -> str:
        """Return the line, in Portuguese."""
        facts = asdict(self)
        parts = [
            sentence("explained_whole_month" if self.days is None else "explained_days", facts),
            sentence(_PRICE[self.price_source]),
        ]
        if self.policy_id is not None:
            parts.append(sentence("explained_policy", facts))
        return f"{sentence(_KIND[self.kind], facts)} ({', '.join(parts)})"
