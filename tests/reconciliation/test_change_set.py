"""What a change set holds for each thing that can differ, and what it leaves alone."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from multitv.beenius.client import BeeniusClient
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.report import change_set_report, outcome_report
from tests.support.house import House
from tests.support.settings import TODAY

WITH_POINT = (
    "select p.id, client_point.id as point, mac from erp.client_plan as p join tv.service_plan_setting as s using "
    "(service_plan_id) join tv.client_point on client_plan_id = p.id where allows_tv and status = 'active' and "
    "cancelled_on is null and added_on <= :today and removed_on is null and activated_on <= :today order by p.id"
)
WITH_EXTRA = (
    "select p.id, sold.id as sold, platform_uid from erp.client_plan as p join tv.service_plan_setting as s using "
    "(service_plan_id) join tv.client_package as sold on client_plan_id = p.id join tv.package as x on x.id = "
    "sold.package_id where allows_tv and status = 'active' and p.cancelled_on is null and sold.cancelled_on is null "
    "and added_on <= :today and activated_on <= :today and x.active and x.service_type = 'EXTENDED_SERVICE' "
    "order by p.id"
)


def test_a_new_name_a_suspension_and_its_end_are_one_change_each(provisioned: House) -> None:
    plan = next(row.id for row in provisioned.run(WITH_POINT, today=TODAY))
    provisioned.run("update erp.client set name = '  Ana   Maria de  Souza ' where id = (select client_id "
                    "from erp.client_plan where id = :plan)", plan=plan)  # fmt: skip
    assert provisioned.operations(provisioned.make_change_set()) == [(plan, "update", None)]
    provisioned.reconcile()
    subscriber = provisioned.subscriber(plan)
    assert (subscriber.first_name, subscriber.last_name) == ("Ana", "Maria de Souza")
    for status, action, platform in (("suspended", "suspend", "SUSPENDED"), ("active", "resume", "ACTIVE")):
        provisioned.run("update erp.client_plan set status = :status where id = :plan", status=status, plan=plan)
        assert provisioned.operations(provisioned.make_change_set()) == [(plan, action, None)]
        provisioned.reconcile()
        assert provisioned.subscriber(plan).status == platform


def test_a_name_of_one_word_stays_as_it_is(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("update erp.client set name = 'Zumbi' where id = (select client_id from erp.client_plan "
                    "where id = :plan)", plan=plan)  # fmt: skip
    provisioned.reconcile()
    assert (provisioned.subscriber(plan).first_name, provisioned.subscriber(plan).last_name) == ("Zumbi", "")
    assert provisioned.operations(provisioned.make_change_set()) == []


@pytest.mark.parametrize(
    "leaving",
    [
        "update erp.client_plan set status = 'cancelled', cancelled_on = :today where id = :plan",
        "update erp.client_plan set cancelled_on = :today where id = :plan",
        "update tv.service_plan_setting set allows_tv = (:today is null) where service_plan_id = "
        "(select service_plan_id from erp.client_plan where id = :plan)",
    ],
)
def test_who_leaves_loses_devices_then_services_then_access_and_can_come_back(provisioned: House, leaving: str) -> None:
    [plan, *_] = {row.id: None for row in provisioned.run(WITH_EXTRA, today=TODAY)}
    before = provisioned.subscriber(plan)
    kept = [provisioned.run(f"select * from {table}") for table in ("erp.client_plan", "tv.service_plan_setting")]  # noqa: S608
    provisioned.run(leaving, plan=plan, today=TODAY)
    actions = [action for id_, action, _ in provisioned.operations(provisioned.make_change_set()) if id_ == plan]
    devices = ["remove_device"] * len(before.devices)
    services = ["end_service"] * len([service for service in before.services if service.active_to is None])
    assert actions == [*devices, *services, "deactivate"]
    provisioned.reconcile()
    gone = provisioned.subscriber(plan)
    assert (gone.status, gone.devices, [s for s in gone.services if s.active_to is None]) == ("INACTIVE", (), [])
    assert provisioned.operations(provisioned.make_change_set()) == []
    for row in kept[0]:
        provisioned.run("update erp.client_plan set status = :s, cancelled_on = :c where id = :id",
                        s=row.status, c=row.cancelled_on, id=row.id)  # fmt: skip
    for row in kept[1]:
        provisioned.run("update tv.service_plan_setting set allows_tv = :a where service_plan_id = :id",
                        a=row.allows_tv, id=row.service_plan_id)  # fmt: skip
    provisioned.reconcile()
    back = provisioned.subscriber(plan)
    assert (back.uid, back.status, {d.mac for d in back.devices}) == (
        before.uid,
        "ACTIVE",
        {d.mac for d in before.devices},
    )


def test_another_default_package_replaces_the_old_in_one_step(provisioned: House) -> None:
    plan = next(row.id for row in provisioned.run(WITH_EXTRA, today=TODAY))
    provisioned.run(
        "update tv.service_plan_setting set package_id = (select id from tv.package where platform_uid = case "
        "(select platform_uid from tv.package where id = package_id) when 'svc-familia' then 'svc-essencial' "
        "else 'svc-familia' end) where "
        "service_plan_id = (select service_plan_id from erp.client_plan where id = :plan)",
        plan=plan,
    )
    planned = provisioned.operations(provisioned.make_change_set())
    assert {action for _, action, _ in planned} == {"add_service"}
    assert len({id_ for id_, _, _ in planned}) == len(planned)
    written = len(provisioned.writes())
    provisioned.reconcile()
    assert {method for method, _ in provisioned.writes()[written:]} == {"PUT"}


def test_an_extra_comes_and_goes_on_its_days(provisioned: House) -> None:
    plan, sold, uid = provisioned.run(WITH_EXTRA, today=TODAY)[0]
    provisioned.run("update tv.client_package set cancelled_on = :today where id = :id", today=TODAY, id=sold)
    assert provisioned.operations(provisioned.make_change_set()) == [(plan, "end_service", uid)]
    provisioned.run("update tv.client_package set cancelled_on = date '2026-11-24' where id = :id", id=sold)
    assert provisioned.operations(provisioned.make_change_set()) == []
    provisioned.run("update tv.client_package set cancelled_on = null, added_on = '2026-11-24' where id = :id", id=sold)
    assert provisioned.operations(provisioned.make_change_set()) == [(plan, "end_service", uid)]


def test_a_device_that_moves_to_another_client_is_freed_first(provisioned: House) -> None:
    (old, point, mac), *others = provisioned.run(WITH_POINT, today=TODAY)
    new = next(row.id for row in others if row.id != old and len(provisioned.subscriber(row.id).devices) == 1
               and any(s.service_uid == "svc-familia" for s in provisioned.subscriber(row.id).services))  # fmt: skip
    provisioned.run("update tv.client_point set client_plan_id = :new where id = :point", new=new, point=point)
    planned = provisioned.operations(provisioned.make_change_set())
    assert sorted(planned) == sorted([(old, "remove_device", mac), (new, "add_device", mac)])
    written = len(provisioned.writes())
    provisioned.reconcile()
    assert [method for method, _ in provisioned.writes()[written:]] == ["DELETE", "PUT"]
    assert mac in {device.mac for device in provisioned.subscriber(new).devices}


def test_a_swapped_device_and_an_edited_label(provisioned: House) -> None:
    (plan, point, mac), (other, edited, its_mac), *_ = provisioned.run(WITH_POINT, today=TODAY)
    provisioned.run("update tv.client_point set mac = '02:aa:00:00:00:01', serial = 'X1' where id = :p", p=point)
    provisioned.run("update tv.client_point set label = 'Sótão' where id = :p", p=edited)
    planned = provisioned.operations(provisioned.make_change_set())
    assert planned == sorted(
        [(plan, "remove_device", mac), (plan, "add_device", "02:aa:00:00:00:01"), (other, "edit_device", its_mac)],
        key=lambda row: (row[0], row[1] == "add_device"),
    )
    assert read_change_set(provisioned.engine, newest(provisioned)).removals == 0
    provisioned.reconcile()
    assert {d.mac: d.label for d in provisioned.subscriber(other).devices}[its_mac] == "Sótão"


def newest(house: House) -> int:
    return int(house.run("select max(id) from reconciliation.change_set")[0][0])


def test_what_nobody_sold_is_reported_and_never_touched(provisioned: House, by_hand: BeeniusClient) -> None:
    gone = provisioned.served()[0]
    provisioned.run("delete from erp.client_plan where id = :plan", plan=gone)
    unsold = {
        by_hand.create_subscriber(external, "Técnico", "de Campo", "ACTIVE", idempotency_key=external).uid: external
        for external in ("teste", "007", "99999999999999999999", "424242")
    } | {provisioned.subscriber(gone).uid: str(gone)}
    written = provisioned.writes()
    change_set = provisioned.make_change_set()
    assert provisioned.operations(change_set) == []
    rows = provisioned.run("select * from reconciliation.unmanaged where change_set_id = :id", id=change_set)
    assert {row.subscriber_uid: row.external_id for row in rows} == unsold
    assert "5 assinantes sem contrato, que não foram alterados" in outcome_report(provisioned.engine, change_set)
    assert provisioned.writes() == written


@pytest.mark.parametrize(
    "gap", ["status = null", "activated_on = null", "activated_on = '2027-01-01'", "client_id = -1, status = null"]
)
def test_what_the_erp_does_not_say_takes_nothing_away(provisioned: House, gap: str) -> None:
    provisioned.run("alter table erp.client_plan alter column status drop not null, alter activated_on drop not null")
    provisioned.run(f"update erp.client_plan set {gap} where id = :plan", plan=provisioned.served()[0])  # noqa: S608
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_a_client_without_a_name_is_refused_by_us_and_a_known_one_keeps_his(provisioned: House) -> None:
    known = provisioned.served()[0]
    provisioned.run("update erp.client_plan set client_id = -1 where id = :plan", plan=known)
    provisioned.run("insert into erp.client_plan select 999999, -1, service_plan_id, 'active', 10, '2026-01-01', null "
                    "from erp.client_plan where id = :plan", plan=known)  # fmt: skip
    change_set = provisioned.make_change_set()
    assert {row[0] for row in provisioned.operations(change_set)} == {999999}
    assert (999999, "create", None, "client_without_name") in provisioned.rejected(change_set)
    provisioned.reconcile()
    assert provisioned.subscriber(999999) is None


def test_macs_in_upper_case_are_no_difference(provisioned: House) -> None:
    provisioned.fault("upper-case-mac")
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_a_package_that_the_platform_deactivated_is_kept_where_it_lives_and_put_nowhere_else(
    provisioned: House,
) -> None:
    plan, sold, uid = provisioned.run(WITH_EXTRA, today=TODAY)[0]
    provisioned.run("update tv.package set active = false where platform_uid = :uid", uid=uid)
    assert provisioned.operations(provisioned.make_change_set()) == []
    other = next(p for p in provisioned.served() if p != plan)
    provisioned.run("delete from tv.client_package where client_plan_id = :other", other=other)
    provisioned.run("insert into tv.client_package (client_plan_id, package_id, added_on) "
                    "select :other, package_id, '2026-01-01' from tv.client_package where id = :sold",
                    other=other, sold=sold)  # fmt: skip
    rejected = provisioned.rejected(provisioned.make_change_set())
    assert (other, "add_service", uid, "service_is_inactive") in rejected


def test_a_basic_package_sold_on_top_of_another_is_refused_and_does_not_flip(provisioned: House) -> None:
    plan = next(row.id for row in provisioned.run(WITH_POINT, today=TODAY)
                if any(s.service_uid == "svc-essencial" for s in provisioned.subscriber(row.id).services))  # fmt: skip
    provisioned.run("insert into tv.client_package (client_plan_id, package_id, added_on) select :plan, id, "
                    "'2026-01-01' from tv.package where platform_uid = 'svc-familia'", plan=plan)  # fmt: skip
    made = provisioned.make_change_set()
    assert provisioned.operations(made) == []
    assert (plan, "add_service", "svc-familia", "second_basic_service") in provisioned.rejected(made)


def test_a_label_or_name_that_is_markdown_is_shown_to_the_approver_and_does_nothing(provisioned: House) -> None:
    image = "![x](http://evil.example/pixel.png)"
    plan = provisioned.served()[0]
    provisioned.run("update erp.client set name = :image where id = (select client_id from erp.client_plan where "
                    "id = :plan)", plan=plan, image=image)  # fmt: skip
    provisioned.run("update tv.client_point set label = :image", image=image)
    report = change_set_report(provisioned.engine, provisioned.make_change_set())
    assert image in report
    kinds = [part.type for token in MarkdownIt("gfm-like").parse(report) for part in token.children or []]
    assert not {"image", "link_open", "html_inline"} & set(kinds)


def test_an_unknown_pin_or_uid_is_recovered(provisioned: House) -> None:
    first, second = provisioned.served()[:2]
    old = provisioned.pins()
    provisioned.run("delete from tv.client_extra_field where client_plan_id = :plan and name like 'Auth%'", plan=first)
    provisioned.run("update tv.client_extra_field set value = 'sub-00000000' where client_plan_id = :plan and name "
                    "like 'ID%'", plan=second)  # fmt: skip
    planned = provisioned.operations(provisioned.make_change_set())
    assert planned == [(first, "recover_pin", None), (second, "recover_pin", None)]
    provisioned.reconcile()
    assert provisioned.pins().keys() == old.keys()
    assert {plan for plan, pin in provisioned.pins().items() if pin != old[plan]} == {first, second}
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_only_one_client_plan_is_looked_at_if_so_asked(provisioned: House) -> None:
    first, second = provisioned.served()[:2]
    provisioned.run("update erp.client set name = name || ' Filho'")
    change_set = provisioned.make_change_set(second)
    assert provisioned.operations(change_set) == [(second, "update", None)]
    assert f"plano do cliente {second}" in change_set_report(provisioned.engine, change_set)
    assert provisioned.reconcile(second)["applied"] == 1
    assert (first, "update", None) in provisioned.operations(provisioned.make_change_set())
