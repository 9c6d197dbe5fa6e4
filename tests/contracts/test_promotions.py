"""Promotions of a client package: made, ended, and never of days that are past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from multitv.changes.errors import ContractRefused, InvalidValue, NotThere, PackageRefused, PromotionRefused
from multitv.contracts.packages import delete_package
from multitv.contracts.params import promotion_form, read_promotion_form
from multitv.contracts.promotions import AskedPromotion, add_promotion, carry_out, end_promotion
from multitv.contracts.rows import Promotion
from tests.support.settings import TODAY
from tests.support.shop import Shop

DAY = timedelta(days=1)
LATER = date(2027, 1, 1)
END = date(2027, 2, 1)


@pytest.fixture
def sold(shop: Shop) -> int:
    return shop.isp.sell(shop.plan, shop.extra)


def promote(
    shop: Shop, sold: int, price: str = "9.90", *, since: date | None = None, until: date = END, today: date = TODAY
) -> Promotion:
    return add_promotion(shop.engine, "ana", sold, price=Decimal(price), since=since, until=until, today=today)


def stored(shop: Shop) -> list[tuple[Decimal, date, date]]:
    return [tuple(row) for row in shop.isp.run("select price, since, until from tv.promotion order by since")]


def test_a_client_package_is_free_until_a_day(shop: Shop, sold: int) -> None:
    made = promote(shop, sold, "0.00")
    assert made == Promotion(made.id, sold, Decimal("0.00"), TODAY, END)
    assert shop.isp.run("select * from tv.promotion") == [(made.id, sold, Decimal("0.00"), TODAY, END)]
    row = {"id": made.id, "client_package_id": sold, "price": 0.0, "since": str(TODAY), "until": str(END)}
    assert shop.audit() == [("ana", "add_promotion", shop.plan, None, row)]


def test_a_promotion_begins_with_a_package_that_begins_later(shop: Shop) -> None:
    sold = shop.isp.sell(shop.plan, shop.extra, added_on=LATER)
    assert promote(shop, sold).since == LATER


def test_the_same_promotion_again_changes_nothing(shop: Shop, sold: int) -> None:
    made = promote(shop, sold, since=LATER)
    before = shop.tables()
    assert promote(shop, sold, since=LATER, today=TODAY + DAY) == made
    assert shop.tables() == before


def test_promotions_may_follow_each_other(shop: Shop, sold: int) -> None:
    promote(shop, sold, "0.00", until=LATER)
    promote(shop, sold, "9.90", since=LATER)
    assert stored(shop) == [(Decimal("0.00"), TODAY, LATER), (Decimal("9.90"), LATER, END)]


@pytest.mark.parametrize("since", [LATER - 9 * DAY, LATER, END - DAY])
def test_a_day_has_one_promotion(shop: Shop, sold: int, since: date) -> None:
    promote(shop, sold, since=LATER)
    before = shop.tables()
    with pytest.raises(
        PromotionRefused,
        match=rf"O pacote do cliente {sold} \(Pacote \d+\) já tem uma promoção de R\$ 9,90, de 01/01/2027 a 31/01/2027",
    ):
        promote(shop, sold, "1.00", since=since, until=END + DAY)
    assert shop.tables() == before


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"price": "-0.01"}, InvalidValue, r"R\$ -0,01 não está entre"),
        ({"price": "1.999"}, InvalidValue, "mais de duas casas decimais"),
        ({"since": END}, InvalidValue, "começaria em 01/02/2027 e já teria terminado em 31/01/2027"),
        ({"since": TODAY - DAY}, InvalidValue, "não pode começar em 22/11/2026.*: comece-a em 23/11/2026 ou depois"),
        ({"sold": "future"}, InvalidValue, "comece-a em 01/01/2027 ou depois"),
        ({"sold": "ended"}, PromotionRefused, "está cancelado a partir de 23/11/2026"),
        ({"sold": "ending", "since": LATER}, PromotionRefused, "uma promoção desde 01/01/2027 não teria efeito"),
        ({"sold": "not extra"}, PackageRefused, "não é um Pacote Extra"),
        ({"sold": "unknown"}, NotThere, "Não há pacote do cliente 999"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    shop: Shop, wrong: Mapping[str, Any], error: type[ContractRefused], message: str
) -> None:
    sales = {
        "live": shop.isp.sell(shop.plan, shop.extra),
        "future": shop.isp.sell(shop.isp.client_plan(), shop.extra, added_on=LATER),
        "ended": shop.isp.sell(shop.isp.client_plan(), shop.extra, cancelled_on=TODAY),
        "ending": shop.isp.sell(shop.isp.client_plan(), shop.extra, cancelled_on=LATER),
        "not extra": shop.isp.sell(shop.plan, shop.isp.package(extra=False)),
        "unknown": 999,
    }
    asked: dict[str, Any] = {"sold": "live", "price": "9.90", "since": TODAY} | dict(wrong)
    before = shop.tables()
    with pytest.raises(error, match=message) as refused:
        promote(shop, sales[asked["sold"]], asked["price"], since=asked["since"])
    assert refused.value.wrote_nothing
    if "sold" not in wrong:
        assert refused.value.field in ("price", "since", "until")
    assert shop.tables() == before


def test_a_promotion_is_ended_early(shop: Shop, sold: int) -> None:
    made = promote(shop, sold)
    ended = end_promotion(shop.engine, "rui", sold, today=TODAY + DAY, until=LATER)
    assert ended == [made]
    assert stored(shop) == [(Decimal("9.90"), TODAY, LATER)]
    author, action, plan, before, after = shop.audit()[-1]
    assert (author, action, plan) == ("rui", "end_promotion", shop.plan)
    assert (before["until"], after) == (str(END), before | {"until": str(LATER)})


def test_what_would_begin_later_is_deleted(shop: Shop, sold: int) -> None:
    promote(shop, sold, "0.00", until=LATER)
    coming = promote(shop, sold, since=LATER)
    assert end_promotion(shop.engine, "rui", sold, today=TODAY, until=LATER) == [coming]
    assert stored(shop) == [(Decimal("0.00"), TODAY, LATER)]
    assert [row[1] for row in shop.audit()] == ["add_promotion", "add_promotion", "end_promotion"]
    assert shop.audit()[-1].after is None
    # Today's own is undone: it never counted for a whole day.
    end_promotion(shop.engine, "rui", sold, today=TODAY)
    assert stored(shop) == []


def test_ending_again_from_the_same_day_changes_nothing(shop: Shop, sold: int) -> None:
    promote(shop, sold)
    end_promotion(shop.engine, "rui", sold, today=TODAY, until=LATER)
    before = shop.tables()
    assert end_promotion(shop.engine, "rui", sold, today=TODAY, until=LATER) == []
    assert shop.tables() == before


def test_what_a_promotion_was_for_past_days_stays(shop: Shop, sold: int) -> None:
    promote(shop, sold)
    before = shop.tables()
    with pytest.raises(InvalidValue, match="escolha como último dia 31/12/2026 ou um depois") as refused:
        end_promotion(shop.engine, "rui", sold, today=LATER, until=LATER - DAY)
    assert refused.value.field == "until"
    with pytest.raises(PromotionRefused, match="não tem promoção a partir de 02/02/2027"):
        end_promotion(shop.engine, "rui", sold, today=END + DAY)
    assert shop.tables() == before


def test_a_deleted_client_package_takes_its_promotions_along(shop: Shop, sold: int) -> None:
    other = shop.isp.sell(shop.isp.client_plan(), shop.extra)
    promote(shop, sold, until=LATER)
    promote(shop, sold, since=LATER)
    kept = promote(shop, other)
    delete_package(shop.engine, "rui", sold)
    assert shop.isp.run("select id from tv.promotion") == [(kept.id,)]
    deleted = [(row.action, row.after) for row in shop.audit()[-3:]]
    assert deleted == [("end_promotion", None), ("end_promotion", None), ("delete_package", None)]


def form(**typed: object) -> AskedPromotion:
    """What is asked for by a form, with its defaults where nothing was typed."""
    params = promotion_form()
    return read_promotion_form(
        {name: param.resolve(typed[name]) if name in typed else param.value for name, param in params.items()}
    )


def test_the_form_asks_for_days_as_people_count_them(shop: Shop, sold: int) -> None:
    asked = form(client_package_id=sold, price="R$ 9,9", since="2027-01-01", last_day="2027-01-31")
    said = carry_out(shop.engine, "ana", asked, TODAY)
    assert said == f"Pacote do cliente {sold}: R$ 9,90 por mês, de 01/01/2027 a 31/01/2027."
    assert stored(shop) == [(Decimal("9.90"), LATER, END)]
    for last_day, since in (("2027-01-10", "11/01/2027"), (None, "23/11/2026")):
        asked = form(client_package_id=sold, action="end_promotion", last_day=last_day)
        said = carry_out(shop.engine, "ana", asked, TODAY)
        assert said == f"Pacote do cliente {sold}: sem promoção a partir de {since}."
    assert stored(shop) == []


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"price": "9,999"}, "“9,999” não é um valor em reais"),
        ({"price": None}, "A promoção não tem valor"),
        ({"last_day": None}, "A promoção não tem último dia"),
        ({"last_day": "9999-12-31"}, "não é uma data possível"),
        ({"since": "0202-01-01"}, "não é uma data possível"),
        ({"author": ""}, "O autor está vazio"),
    ],
)
def test_a_form_that_cannot_be_says_what_is_wrong(shop: Shop, sold: int, typed: dict[str, Any], message: str) -> None:
    whole = {"client_package_id": sold, "price": "9,90", "last_day": "2027-01-31", "author": "ana"} | typed
    author = str(whole.pop("author"))
    with pytest.raises(InvalidValue, match=message):
        carry_out(shop.engine, author, form(**whole), TODAY)
    assert stored(shop) == []
