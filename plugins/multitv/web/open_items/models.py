"""Bodies of the JSON API that decide on what is pending, and their answer."""

from __future__ import annotations

from pydantic import BaseModel

from multitv.web.core.forms import IsoDay
from multitv.web.core.models import Body, Text


class WaiverReason(Body):
    """Why a month is waived, or its waiver taken back."""

    reason: Text


class Payment(Body):
    """When a payout was made, at the latest today, and how."""

    paid_on: IsoDay
    paid_how: Text


class Done(BaseModel):
    """Whether the request changed anything: the same one, sent again, does not."""

    changed: bool
