"""Promotions of client packages: a price that counts on some days, whatever the client's own and the package's are.

They are only stored here; what a day costs is said where it is charged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Engine, Row

from multitv.changes.change import Change, changing
from multitv.changes.errors import InvalidValue, PromotionRefused
from multitv.changes.values import checked_price
from multitv.contracts.client_package import called, lock_client_package, require_extra
from multitv.contracts.rows import Promotion
from multitv.database.engine import guarded
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.labels import sentence

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AskedPromotion:
    """What a person asks for: a promotion from `since` until before `until`, or none any more from `until` on.

    `price` is in reais a month, 0.00 is free. A day that is None is left to `add_promotion` or `end_promotion`.
    """

    action: Literal["add_promotion", "end_promotion"]
    client_package_id: int
    price: Decimal | None
    since: date | None
    until: date | None


def carry_out(engine: Engine, author: str, asked: AskedPromotion, today: date) -> str:
    """Make or end a promotion, and return a sentence in Portuguese that says what counts now.

    Raises what add_promotion and end_promotion raise; InvalidValue if a new one has no price or no end.
    """
    if asked.action == "end_promotion":
        until = asked.until or today
        end_promotion(engine, author, asked.client_package_id, today=today, until=until)
        return sentence("promotion_ended", {"client_package": asked.client_package_id, "until": until})
    if asked.price is None:
        raise InvalidValue("promotion_without_price", field="price")
    if asked.until is None:
        raise InvalidValue("promotion_without_end", field="until")
    made = add_promotion(
        engine, author, asked.client_package_id, price=asked.price, since=asked.since, until=asked.until, today=today
    )
    return sentence(
        "promotion_made",
        {
            "client_package": made.client_package_id,
            "price": made.price,
            "since": made.since,
            "last_day": made.until - _DAY,
        },
    )


def add_promotion(
    engine: Engine,
    author: str,
    client_package_id: int,
    *,
    price: Decimal,
    until: date,
    today: date,
    since: date | None = None,
) -> Promotion:
    """Sell a client package for `price` reais a month, 0.00 is free, on the days from `since` until before `until`.

    `since` is not before `today` and the package's first day; None means the later of them. The same promotion again
    changes nothing.
    Raises NotThere, PackageRefused (not an extra, or no longer on the platform), PromotionRefused (the client package
    has ended, or has another promotion on one of those days), InvalidValue, DatabaseUnavailable.
    """
    wanted = checked_price(price)
    with changing(engine, author, "add_promotion") as change:
        sold = lock_client_package(change, client_package_id)
        require_extra(change.connection, sold.package_id)
        name = called(change, sold)
        begins = _first_day(sold, name, since, today)
        if until <= begins:
            raise InvalidValue("promotion_ends_before_it_begins", field="until", since=begins, last_day=until - _DAY)
        days = {"client_package_id": client_package_id, "since": begins, "until": until}
        for known in change.connection.execute(named("contracts/promotions_on"), days):
            if (known.price, known.since, known.until) == (wanted, begins, until):
                return read_as(Promotion, known)
            raise PromotionRefused(
                "promotion_overlaps",
                client_package=name,
                since=known.since,
                last_day=known.until - _DAY,
                price=known.price,
            )
        # Whatever else may write promotions, the constraint refuses two of one day.
        by_constraint = PromotionRefused("promotion_overlaps_meanwhile", client_package=name)
        with guarded(change.connection, {"promotion_once_a_day": by_constraint}):
            made = change.connection.execute(named("contracts/insert_promotion"), days | {"price": wanted}).one()
        change.record(None, made.state, client_plan_id=sold.client_plan_id, on_platform=False)
    return read_as(Promotion, made)


def end_promotion(
    engine: Engine, author: str, client_package_id: int, *, today: date, until: date | None = None
) -> list[Promotion]:
    """Let a client package have no promotion from `until` on (default `today`); return those that it had, as they were.

    The one that counts then is ended, and those that would begin then or later are deleted. What was for a past day
    stays. One that ends on that day already stays as it is.
    Raises NotThere, PromotionRefused (there is none to end), InvalidValue (`until` is past), DatabaseUnavailable.
    """
    ends = until or today
    if ends < today:
        raise InvalidValue("promotion_ends_in_the_past", field="until", earliest=today - _DAY)
    with changing(engine, author, "end_promotion") as change:
        sold = lock_client_package(change, client_package_id)
        days = {"client_package_id": client_package_id, "since": ends - _DAY, "until": date.max}
        known = change.connection.execute(named("contracts/promotions_on"), days).all()
        if not known:
            raise PromotionRefused("no_promotion", client_package=called(change, sold), since=ends)
        ended = [promotion for promotion in known if promotion.until > ends]
        for promotion in ended:
            _end(change, sold, promotion, ends)
    return [read_as(Promotion, promotion) for promotion in ended]


def delete_promotions(change: Change, client_package: Row[Any]) -> None:
    """Delete all promotions of a client package that is deleted, each with an audit row of its own."""
    days = {"client_package_id": client_package.id, "since": date.min, "until": date.max}
    ending = replace(change, action="end_promotion")
    for promotion in change.connection.execute(named("contracts/promotions_on"), days).all():
        _end(ending, client_package, promotion, date.min)


def _first_day(sold: Row[Any], name: str, since: date | None, today: date) -> date:
    """Return the day on which a promotion of a client package begins. Raises InvalidValue, PromotionRefused."""
    earliest = max(today, sold.added_on)
    begins = since or earliest
    if begins < earliest:
        raise InvalidValue(
            "promotion_begins_too_early", field="since", client_package=name, since=begins, earliest=earliest
        )
    if sold.cancelled_on is not None and sold.cancelled_on <= begins:
        raise PromotionRefused(
            "promotion_of_ended_package", client_package=name, cancelled_on=sold.cancelled_on, since=begins
        )
    return begins


def _end(change: Change, sold: Row[Any], promotion: Row[Any], ends: date) -> None:
    """End a promotion on a day, or delete one that would begin on it or later."""
    if promotion.since >= ends:
        change.connection.execute(named("contracts/delete_promotion"), {"id": promotion.id})
        change.record(promotion.state, None, client_plan_id=sold.client_plan_id, on_platform=False)
        return
    ended = change.connection.execute(named("contracts/end_promotion"), {"id": promotion.id, "until": ends}).one()
    change.record(promotion.state, ended.state, client_plan_id=sold.client_plan_id, on_platform=False)
