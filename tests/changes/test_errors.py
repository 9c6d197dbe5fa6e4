"""What a refusal says to a program."""

from __future__ import annotations

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
    "PromotionRefused": "promotion_refused",
    "MacTaken": "mac_taken",
    "PointLimitReached": "point_limit_reached",
}


def test_every_refusal_has_a_code_that_programs_may_rely_on() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ContractRefused)]
    assert {each.__name__: each.code for each in found} == CODES
    assert all(each.wrote_nothing for each in found)


def test_an_invalid_value_may_say_which_field_of_a_form_holds_it() -> None:
    assert InvalidValue("nothing_chosen", field="package_id").field == "package_id"
    assert InvalidValue("nothing_chosen").field is None
