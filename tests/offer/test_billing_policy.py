"""The form of a billing policy: what is stored of it, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from multitv.changes.errors import ContractRefused, InvalidValue
from multitv.offer.billing_policy import AskedPolicy, Policy, PolicyRefused, carry_out, set_policy
from multitv.offer.params import policy_form, read_policy_form
from tests.support.settings import TODAY
from tests.support.shop import Shop

STORED = (
    "select service_plan_id, proration, timing, rounding, minimum_amount, bills_suspended, adjusts, bills_open_months, "
    "nullif(valid_from, '-infinity') as valid_from, author from billing.policy order by id"
)


def form(**typed: object) -> AskedPolicy:
    """What is asked for by a form, with its defaults where nothing was typed."""
    params = policy_form()
    return read_policy_form(
        {name: param.resolve(typed[name]) if name in typed else param.value for name, param in params.items()}, TODAY
    )


def test_an_empty_form_is_the_manuals_rule_for_all_plans_from_this_month_on(shop: Shop) -> None:
    assert form() == AskedPolicy(None, Policy(valid_from=date(2026, 11, 1)))
    said = carry_out(shop.engine, " ana ", form())
    assert said == (
        "Política 2 dos planos de serviço sem política própria, a partir de 11/2026: valor cheio, mês do vencimento, "
        "fração de centavo cortada, mínimo de R$ 0,00."
    )
    row = (None, "full", "advance", "down", Decimal("0.00"), False, False, False, date(2026, 11, 1), "ana")
    assert shop.isp.run(STORED)[1:] == [row]


def test_every_part_of_a_policy_is_stored(shop: Shop) -> None:
    asked = form(
        service_plan_id=1,
        proration="daily",
        timing="arrears",
        rounding="half_up",
        minimum_amount="R$ 1.005,50",
        bills_suspended=True,
        adjusts=True,
        bills_open_months=True,
        valid_from="1/2027",
    )
    said = carry_out(shop.engine, "ana", asked)
    assert said == (
        "Política 2 do plano de serviço 1, a partir de 01/2027: por dia, mês vencido, meio centavo arredondado para "
        "cima, mínimo de R$ 1.005,50."
    )
    row = (1, "daily", "arrears", "half_up", Decimal("1005.50"), True, True, True, date(2027, 1, 1), "ana")
    assert shop.isp.run(STORED)[1:] == [row]
    assert carry_out(shop.engine, "rui", asked) == said
    assert len(shop.isp.run(STORED)) == 2


@pytest.mark.parametrize("typed", ["12/2026", " 12/2026 ", "2026-12"])
def test_a_month_is_written_in_either_way(typed: str) -> None:
    assert form(valid_from=typed).policy.valid_from == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("typed", "error", "field", "message"),
    [
        ({"valid_from": "13/2026"}, InvalidValue, "valid_from", "“13/2026” não é um mês: escreva como 12/2026"),
        ({"valid_from": "2026-12-01"}, InvalidValue, "valid_from", "não é um mês"),
        ({"valid_from": "dezembro"}, InvalidValue, "valid_from", "não é um mês"),
        ({"valid_from": "01/0026"}, InvalidValue, "valid_from", "não é uma data possível"),
        ({"minimum_amount": "cinco"}, InvalidValue, "minimum_amount", "“cinco” não é um valor em reais"),
        ({"minimum_amount": "-1"}, InvalidValue, "minimum_amount", "não é um valor em reais"),
        ({"minimum_amount": "99999999999"}, PolicyRefused, "minimum_amount", "O valor mínimo R. 99999999999.00 não"),
        ({"service_plan_id": 99}, PolicyRefused, None, "O ERP não tem o plano de serviço 99"),
        ({"author": " "}, PolicyRefused, None, "A política não tem autor"),
    ],
)
def test_a_form_that_cannot_be_says_what_is_wrong(
    shop: Shop, typed: dict[str, Any], error: type[ContractRefused], field: str | None, message: str
) -> None:
    author = str(typed.pop("author", "ana"))
    with pytest.raises(error, match=message) as refused:
        carry_out(shop.engine, author, form(**typed))
    assert refused.value.field == field
    assert len(shop.isp.run(STORED)) == 1


def test_a_policy_is_valid_from_the_first_day_of_a_month(shop: Shop) -> None:
    with pytest.raises(PolicyRefused, match="02/12/2026 não é um"):
        set_policy(shop.engine, "ana", Policy(valid_from=date(2026, 12, 2)))
