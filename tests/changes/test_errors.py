"""What a refusal says to a person and to a program."""

from __future__ import annotations

import pytest

from multitv.changes import errors
from multitv.changes.errors import ContractRefused, InvalidValue

CODES = {
    "ContractRefused": "contract_refused",
    "NotThere": "not_there",
    "InvalidValue": "invalid_value",
    "PlanRefused": "plan_refused",
    "PackageRefused": "package_refused",
    "AlreadySold": "already_sold",
    "AlreadyEnded": "already_ended",
    "AlreadyBilled": "already_billed",
    "MacTaken": "mac_taken",
    "PointLimitReached": "point_limit_reached",
}


def test_every_refusal_has_a_code_that_programs_may_rely_on() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ContractRefused)]
    assert {each.__name__: each.code for each in found} == CODES


@pytest.mark.parametrize("name", CODES)
def test_every_refusal_says_that_nothing_was_written(name: str) -> None:
    refused = getattr(errors, name)("O pacote 3 saiu da plataforma: escolha outro.")
    assert str(refused) == "O pacote 3 saiu da plataforma: escolha outro. Nada foi gravado."
    assert refused.code == CODES[name]


def test_an_invalid_value_may_say_which_field_of_a_form_holds_it() -> None:
    assert InvalidValue("O MAC está errado.", field="mac").field == "mac"
    assert InvalidValue("Algo está errado.").field is None
