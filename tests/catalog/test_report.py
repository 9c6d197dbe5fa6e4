"""Who is affected by a sync: the clients that have what it deactivated."""

from __future__ import annotations

from datetime import date

from multitv.catalog.report import catalog_report
from tests.catalog.conftest import Isp
from tests.support.report_text import assert_readable, unpadded
from tests.support.settings import TODAY


def test_the_report_names_the_clients_that_have_it(isp: Isp) -> None:
    isp.sync()
    sell_and_include(isp)
    isp.remove("services", "svc-hbo")
    isp.edit("channels", "ch-tc1", active=False)
    sync = isp.sync().sync
    report = unpadded(catalog_report(isp.engine, sync, TODAY))
    assert "| Pacote | HBO | 4 | Ana Lima (1), Ana Lima (2), Ana Lima (5), Ana Lima (6) |" in report
    assert "| Canal | Telecine Premium | 1 | Ana Lima (4) |" in report


def test_a_long_list_of_clients_is_cut_and_counted(isp: Isp) -> None:
    isp.sync()
    isp.run("insert into erp.client_plan select n, 1, 9, 'active', 10, '2026-01-01' from generate_series(1, 25) as n")
    isp.run("insert into erp.client values (1, 'Ana|Lima', '0', 'active')")
    isp.run("insert into tv.service_plan_setting select 9, true, id from tv.package where platform_uid = 'svc-hbo'")
    isp.edit("services", "svc-hbo", active=False)
    report = unpadded(catalog_report(isp.engine, isp.sync().sync, TODAY))
    assert "| Pacote | HBO | 25 | `Ana\\|Lima (1)," in report
    assert "(10) e mais 15` |" in report


def test_a_channel_counts_for_the_packages_that_lost_it_in_the_same_sync(isp: Isp) -> None:
    isp.sync()
    sell_and_include(isp)
    isp.remove("channels", "ch-tc1")
    isp.edit("services", "svc-telecine", channel_uids=["ch-tc2"])
    report = unpadded(catalog_report(isp.engine, isp.sync().sync, TODAY))
    assert "| 1 | Ana Lima (4) |" in report


def test_the_report_is_in_portuguese_whatever_the_sync_changed(isp: Isp) -> None:
    first = catalog_report(isp.engine, isp.sync().sync, TODAY)
    assert_readable(first, isp.engine)
    assert "| Canal de pacote | inclusão | 151 |" in unpadded(first)
    sell_and_include(isp)
    isp.run("alter table erp.client alter column name drop not null")
    isp.run("update erp.client set name = null")
    isp.edit("channels", "ch-tc1", active=False)
    isp.edit("channels", "ch-hbo", name="HBO Novo", number=9000)
    isp.edit("channels", "ch-hfe", name="")
    isp.edit("services", "svc-hbo", channel_uids=["ch-hbo"])
    isp.edit("services", "svc-telecine", active=False)
    second = catalog_report(isp.engine, isp.sync().sync, TODAY)
    isp.edit("channels", "ch-tc1", active=True)
    isp.edit("services", "svc-telecine", active=True, type="BASIC_SERVICE")
    third = catalog_report(isp.engine, isp.sync().sync, TODAY)
    for report in (second, third):
        assert_readable(report, isp.engine)
    assert "| Canal de pacote | retirada | 5 |" in unpadded(second)
    assert "HBO → HBO Novo, número:" in unpadded(second)
    assert "| Pacote | svc-telecine | reativação | ativo: Não → Sim, tipo: Adicional → Básico |" in unpadded(third)
    assert "sem nome (4)" in second


def test_a_quiet_day_says_that_nothing_changed(isp: Isp) -> None:
    isp.sync()
    report = catalog_report(isp.engine, isp.sync().sync, TODAY)
    assert_readable(report, isp.engine)
    assert report.endswith("do catálogo de TV: concluída\n\nNada mudou; em quarentena: 0.")


def sell_and_include(isp: Isp) -> None:
    """HBO as an extra of plans 1 (live), 2 (ends tomorrow), 3 (ended) and 7 (client gone), included in 5 and 6."""
    isp.run("insert into erp.client values (1, 'Ana Lima', '0', 'active')")
    isp.run(
        "insert into erp.client_plan select n, 1, case when n in (5, 6) then 9 else 8 end, "
        "case n when 7 then 'cancelled' when 6 then 'suspended' else 'active' end, 10, '2026-01-01' "
        "from generate_series(1, 7) as n"
    )
    isp.run("insert into tv.service_plan_setting select 9, true, id from tv.package where platform_uid = 'svc-hbo'")
    for client_plan, uid, cancelled_on in (
        (1, "svc-hbo", None),
        (2, "svc-hbo", date(2026, 11, 24)),
        (3, "svc-hbo", TODAY),
        (7, "svc-hbo", None),
        (4, "svc-telecine", None),
    ):
        isp.run(
            "insert into tv.client_package (client_plan_id, package_id, added_on, cancelled_on) "
            "select :plan, id, '2026-02-01', :until from tv.package where platform_uid = :uid",
            plan=client_plan,
            uid=uid,
            until=cancelled_on,
        )
