"""The trigger form of the billing policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from airflow.sdk import Param

from multitv.changes.typed import typed_month, typed_price
from multitv.labels import label
from multitv.offer.billing_policy import AskedPolicy, Policy


def policy_form() -> dict[str, Param]:
    """Return the parameters of a billing policy. Its defaults are the manual's rule, from the current month on."""
    return {
        "service_plan_id": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=2**63 - 1,
            title="Plano de serviço",
            description="O número do plano, de Planos e Serviços; vazio: todos os que não têm política própria",
        ),
        "proration": _choice("full", "daily", title="Proporção", about="Cobrar o mês cheio, ou os dias em vigor"),
        "timing": _choice("advance", "arrears", title="Competência", about="Cobrar o mês do vencimento, ou o anterior"),
        "rounding": _choice("down", "half_up", title="Arredondamento", about="O que fazer com frações de centavo"),
        "minimum_amount": Param(
            "0,00",
            type="string",
            maxLength=40,
            title="Valor mínimo",
            description="Em reais, como 5,00; o que ficar abaixo não é cobrado",
        ),
        "bills_suspended": _yes_or_no("Cobrar suspensos", "Cobrar também os contratos suspensos"),
        "adjusts": _yes_or_no("Acertar diferenças", "Cobrar ou creditar diferenças posteriores, e não só listá-las"),
        "bills_open_months": _yes_or_no(
            "Cobrar meses em aberto", "Cobrar meses nunca cobrados no próximo vencimento, e não só listá-los"
        ),
        "valid_from": Param(
            None,
            type=["null", "string"],
            maxLength=20,
            title="Vale a partir do mês",
            description="Como 12/2026 ou 2026-12; vazio: o mês atual",
        ),
    }


def read_policy_form(form: Mapping[str, Any], today: date) -> AskedPolicy:
    """Return what a person asks for in the form. Raises InvalidValue."""
    return AskedPolicy(
        form["service_plan_id"],
        Policy(
            proration=form["proration"],
            timing=form["timing"],
            rounding=form["rounding"],
            minimum_amount=typed_price(form["minimum_amount"], "minimum_amount") or Decimal(0),
            bills_suspended=form["bills_suspended"],
            adjusts=form["adjusts"],
            bills_open_months=form["bills_open_months"],
            valid_from=typed_month(form["valid_from"] or "", "valid_from") or today.replace(day=1),
        ),
    )


def _choice(*codes: str, title: str, about: str) -> Param:
    """Return the parameter of one of some codes, the first by default."""
    return Param(
        codes[0],
        enum=list(codes),
        values_display={code: label(code) for code in codes},
        title=title,
        description=about,
    )


def _yes_or_no(title: str, about: str) -> Param:
    return Param(False, type="boolean", title=title, description=about)
