"""A platform that keeps what it got in a form of its own: equal in a normal form, or told once."""

from __future__ import annotations

from typing import Any

import pytest

from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.report import outcome_report
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House
from tests.support.report_text import unpadded
from tests.support.settings import TODAY

FORMS: list[dict[str, Any]] = [
    {"upper_case": True},
    {"nulls": True},
    {"numbers": True},
    {"ends_ahead": True},
    {"first_version": 2**40},
    *({"mac_form": form} for form in ("upper", "dots", "dashes", "digits", "mixed")),
]


def play(house: House, **traits: Any) -> None:
    house.sandbox.admin("PUT", "/admin/variant", traits)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_another_form_of_the_same_is_no_difference_and_changes_go_on(provisioned: House, form: dict[str, Any]) -> None:
    play(provisioned, **form)
    assert provisioned.operations(provisioned.make_change_set()) == []
    plan, other = provisioned.served()[:2]
    provisioned.run("update erp.client set name = 'Zilda Neto' where id = (select client_id from erp.client_plan "
                    "where id = :plan)", plan=plan)  # fmt: skip
    provisioned.run(
        "update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = :p", d=TODAY, p=other
    )
    provisioned.run("update tv.client_point set label = 'Sótão' where id = (select min(id) from tv.client_point "
                    "where removed_on is null and added_on <= :d)", d=TODAY)  # fmt: skip
    assert provisioned.reconcile()["rejected"] == 0
    assert provisioned.operations(provisioned.make_change_set()) == []
    play(provisioned)
    assert provisioned.subscriber(plan).first_name == "Zilda"
    left = provisioned.subscriber(other)
    assert (left.status, left.devices) == ("INACTIVE", ())
    assert [service for service in left.services if service.active_to is None] == []


def test_a_name_written_with_other_accents_or_spaces_is_the_same(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("update erp.client set name = 'José Conceição' where id = (select client_id from erp.client_plan "
                    "where id = :plan)", plan=plan)  # fmt: skip
    provisioned.reconcile()
    uid = provisioned.subscriber(plan).uid
    for first, last in (
        ("Jose\u0301", "CONCEIC\u0327A\u0303O"),
        (" josé", "conceição\u00a0"),
        ("JOSÉ\t", "Conceição "),
    ):
        provisioned.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", {"first_name": first, "last_name": last})
        assert provisioned.operations(provisioned.make_change_set()) == []
    provisioned.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", {"last_name": "Conceicao"})
    assert provisioned.operations(provisioned.make_change_set()) == [(plan, "update", None)]


class TestToldOnce:
    """Labels that come back cut, although the platform accepted them."""

    def cut(self, house: House) -> int:
        """Have labels cut, and set a long one. Return the client plan of its point."""
        [point] = house.run("select p.id, client_plan_id from tv.client_point as p join erp.client_plan as c on c.id = "
                            "client_plan_id where status = 'active' and cancelled_on is null and removed_on is null "
                            "and added_on <= :d order by p.id limit 1", d=TODAY)  # fmt: skip
        play(house, text_length=26)
        house.run("update tv.client_point set label = 'Escritório do segundo andar' where id = :id", id=point.id)
        return int(point.client_plan_id)

    def sent(self, house: House) -> list[tuple[Any, ...]]:
        change_set = house.make_change_set()
        planned = house.operations(change_set)
        house.approve(change_set)
        house.apply(change_set)
        verify_change_set(house.engine, house.client(), change_set)
        return planned

    def test_it_is_named_with_both_values_and_not_sent_again(self, provisioned: House) -> None:
        plan = self.cut(provisioned)
        with pytest.raises(DifferenceLeft, match=r"Escritório do segundo andar.*Escritório do segundo anda\"") as first:
            self.sent(provisioned)
        assert f"client plan {plan} still needs edit_device" in str(first.value)
        assert [row[:2] for row in self.sent(provisioned)] == [(plan, "edit_device")]
        last = provisioned.run("select max(id) from reconciliation.change_set")[0][0]
        report = unpadded(outcome_report(provisioned.engine, last))
        assert "1 dado que a plataforma aceitou e mostra de outra forma" in report
        assert "Escritório do segundo andar → Escritório do segundo anda " in report
        written = len(provisioned.writes())
        assert self.sent(provisioned) == []
        assert len(provisioned.writes()) == written
        again = provisioned.run("select max(id) from reconciliation.change_set")[0][0]
        assert "mostra de outra forma" not in outcome_report(provisioned.engine, again)

    def test_what_is_changed_later_is_sent(self, provisioned: House) -> None:
        plan = self.cut(provisioned)
        with pytest.raises(DifferenceLeft):
            self.sent(provisioned)
        self.sent(provisioned)
        provisioned.run("update tv.client_point set label = 'Sala' where label like 'Escrit%segundo andar'")
        assert [row[:2] for row in self.sent(provisioned)] == [(plan, "edit_device")]
        assert self.sent(provisioned) == []

    def test_what_somebody_changes_there_is_put_right(self, provisioned: House) -> None:
        plan = self.cut(provisioned)
        with pytest.raises(DifferenceLeft):
            self.sent(provisioned)
        self.sent(provisioned)
        devices = [{"mac": device.mac, "device_type_uid": device.device_type_uid, "serial": device.serial,
                    "label": "Outro"} for device in provisioned.subscriber(plan).devices]  # fmt: skip
        uid = provisioned.subscriber(plan).uid
        provisioned.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", {"devices": devices})
        assert {row[:2] for row in provisioned.operations(provisioned.make_change_set())} == {(plan, "edit_device")}

    def test_looking_twice_at_one_change_set_counts_once(self, provisioned: House) -> None:
        self.cut(provisioned)
        change_set = provisioned.make_change_set()
        provisioned.approve(change_set)
        provisioned.apply(change_set)
        for _ in range(3):
            with pytest.raises(DifferenceLeft):
                verify_change_set(provisioned.engine, provisioned.client(), change_set)
        assert len(provisioned.operations(provisioned.make_change_set())) == 1
