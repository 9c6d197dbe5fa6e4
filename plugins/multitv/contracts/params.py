"""The trigger form of the promotions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Param

from multitv.changes.typed import typed_day, typed_price
from multitv.contracts.promotions import AskedPromotion
from multitv.labels import label

_ACTIONS = ("add_promotion", "end_promotion")


def promotion_form() -> dict[str, Param]:
    """Return the parameters of a promotion of one client package. Its last day counts, as people say it."""
    return {
        "action": Param(
            "add_promotion",
            enum=list(_ACTIONS),
            values_display={action: label(action) for action in _ACTIONS},
            title="O que fazer",
            description="Criar uma promoção, ou encerrar a que vale e as que viriam depois",
        ),
        "client_package_id": Param(
            type="integer",
            minimum=1,
            maximum=2**63 - 1,
            title="Pacote do cliente",
            description="O número do pacote do cliente, que está na página do cliente, em Pacotes",
        ),
        "price": Param(
            None,
            type=["null", "string"],
            maxLength=40,
            title="Valor na promoção",
            description="Em reais por mês, como 9,90; 0 para grátis. Não é preciso para encerrar",
        ),
        "since": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Primeiro dia",
            description="Vazio: hoje, ou o início do pacote, se ele vier depois. Não é preciso para encerrar",
        ),
        "last_day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Último dia",
            description="O último dia da promoção. Para encerrar, vazio: ela não vale mais já hoje",
        ),
    }


def read_promotion_form(form: Mapping[str, Any]) -> AskedPromotion:
    """Return what a person asks for in the form. Raises InvalidValue."""
    last_day = typed_day(form["last_day"] or "", "last_day")
    return AskedPromotion(
        action=form["action"],
        client_package_id=form["client_package_id"],
        price=typed_price(form["price"] or ""),
        since=typed_day(form["since"] or "", "since"),
        until=last_day + timedelta(days=1) if last_day else None,
    )
