"""Names of the ERP as a person may have typed or pasted them."""

from __future__ import annotations

import pytest

from tests.support.house import House

EMOJI = "Ana\U0001f469\u200d\U0001f680"
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
WHITE_SPACE = ["\t", "\u00a0", "\n", "\r\n", "\u2003", "\u3000", "\u2028", "\u0085", "\v", "\u0001", "\ufeff", "\u200b"]


def name_of(house: House, plan: int) -> tuple[str, str]:
    subscriber = house.subscriber(plan)
    return subscriber.first_name, subscriber.last_name


def rename(house: House, plan: int, name: str) -> None:
    house.run("update erp.client set name = :name where id = (select client_id from erp.client_plan where id = :plan)",
              name=name, plan=plan)  # fmt: skip


@pytest.mark.parametrize("strict", [False, True], ids=["contract", "strict"])
def test_white_space_of_any_kind_is_a_single_space(house: House, strict: bool) -> None:
    house.sandbox.admin("PUT", "/admin/variant", {"tidy_texts": strict})
    plans = house.served()[: len(WHITE_SPACE)]
    for plan, space in zip(plans, WHITE_SPACE, strict=True):
        rename(house, plan, f"{space}Ana{space}{space} Maria {space}de{space}Souza {space}")
    house.reconcile()
    assert [name_of(house, plan) for plan in plans] == [("Ana", "Maria de Souza")] * len(plans)
    assert house.operations(house.make_change_set()) == []


@pytest.mark.parametrize("name", [EMOJI, f"Bia{FLAG}", "نگین\u200cجان", "Zoë\u200d"])
def test_joiners_and_tags_that_carry_meaning_stay(provisioned: House, name: str) -> None:
    plan = provisioned.served()[0]
    rename(provisioned, plan, f"{name} Lima")
    provisioned.reconcile()
    assert name_of(provisioned, plan) == (name, "Lima")
    assert provisioned.operations(provisioned.make_change_set()) == []


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u3000\u2003", "\ufeff"])
def test_a_blank_name_is_none(provisioned: House, blank: str) -> None:
    plan = provisioned.served()[0]
    before = name_of(provisioned, plan)
    rename(provisioned, plan, blank)
    assert provisioned.operations(provisioned.make_change_set()) == []
    assert name_of(provisioned, plan) == before


def test_a_name_longer_than_the_platform_takes_is_sent_whole_words_or_not_and_once(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.sandbox.admin("PUT", "/admin/variant", {"tidy_texts": True})
    rename(provisioned, plan, "Ana " + "Maria " * 40)
    provisioned.reconcile()
    assert name_of(provisioned, plan) == ("Ana", ("Maria " * 40)[:100].strip())
    assert provisioned.operations(provisioned.make_change_set()) == []
