"""What the small ISP of World has: one step for each of the screens."""

from __future__ import annotations

from datetime import date

from pydantic import SecretStr
from sqlalchemy import Engine

from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.billing.waivers import Month, decide
from multitv.contracts.points import add_point, edit_point
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.offer.billing_policy import Policy, set_policy
from multitv.reconciliation.pins import Pins
from multitv.reports import dashboard
from multitv.settings import get_settings
from tests.support.settings import SETTINGS
from tests.web.world import DAILY, FORMULA, NASTY, NO_TV, SCRIPT, World


def make_world(engine: Engine, pin_keys: str) -> World:
    world = World(engine)
    _make_offer(world)
    _make_clients(world, Pins(SecretStr(pin_keys)))
    _make_long_list(world)
    _make_catalog_sync(world)
    _bill(world)
    _reconcile(world)
    _park_subscribers(world)
    world.store(world.coming)
    world.store(world.past)
    world.store(world.counted)
    _leave_open(world)
    dashboard.refresh_billing(engine, world.today)
    dashboard.refresh_contracts(engine, world.today)
    dashboard.refresh_reconciliation(engine, world.today, get_settings().timezone)
    dashboard.refresh_open_items(engine, world.today)
    return world


def _make_offer(world: World) -> None:
    world.run(
        "insert into erp.service_plan values (1, 'Fibra 500 + TV', 149.90), (2, 'Fibra 300', 99.90), "
        "(3, :ugly, 10), (4, 'Fibra por dia', 1234.56)",
        ugly=SCRIPT,
    )
    world.basic = world.named_package("TV Família", None, extra=False)
    world.run("update tv.package set service_type = 'BASIC_SERVICE', point_limit = 2 where id = :id", id=world.basic)
    world.sports = world.named_package("Esportes & Cia", "29.90")
    world.run("update tv.package set point_limit = 3 where id = :id", id=world.sports)
    world.films = world.named_package('Cinema "Premium" ' + SCRIPT, "1234.56")
    world.run("insert into tv.service_plan_setting values (1, true, :basic), (2, false, null), (4, true, :basic)",
              basic=world.basic)  # fmt: skip
    set_policy(world.engine, "Ana", Policy(proration="daily"), DAILY)
    world.channel(world.sports, "SporTV", 539, "Esportes")
    world.channel(world.sports, "Canal do Boi", 5, "Agro & Negócios")
    world.channel(world.sports, "Antigo", 7, "Esportes", active=False)
    world.channel(world.films, SCRIPT, 900, FORMULA)
    for number in range(1000, 1060):
        world.channel(world.basic, f"Canal {number}", number, "Variedades")


def _make_clients(world: World, pins: Pins) -> None:
    world.maria = world.client("Maria José Conceição d'Ávila", "12345678909")
    world.sell(world.maria, world.sports)
    world.sell(world.maria, world.films, "9.99")
    world.sell(world.maria, world.named_package("Pacote de outrora", "5.00", active=False))
    world.client("Padaria São João ME", "12.345.678/0001-95", status="suspended")
    for name in NASTY:
        number = world.client(name, name[:20])
        world.nasty.append(number)
        world.sell(number, world.sports)
    for number in (world.maria, world.nasty[0]):
        pin = f"481516{number:02}"
        world.pins[number] = pin
        world.run("insert into tv.client_extra_field values (:n, :uid_field, :uid), (:n, :pin_field, :pin)",
                  n=number, uid_field=UID_FIELD, pin_field=PIN_FIELD, uid=f"sub-{number}-{SCRIPT}",
                  pin=pins.encrypt(SecretStr(pin)))  # fmt: skip
    point = add_point(
        world.engine, "ana", world.maria, mac="a4:5e:60:00:00:01", serial="SN1", device_type="stb", label="Sala",
        today=world.today,
    )  # fmt: skip
    for number in range(22):
        edit_point(world.engine, SCRIPT, point.id, label=f"Sala {number} {SCRIPT}")


def _make_long_list(world: World) -> None:
    """Three client plans with sixty packages each, and one for each of some reasons why nothing is charged."""
    world.packages = [world.package(f"{number}.01") for number in range(1, 61)]
    world.many = [world.client(f"Cliente de muitos {number}", due_day=20) for number in range(3)]
    for plan in world.many:
        for package in world.packages:
            world.sell(plan, package)
    sports = world.sports
    world.sell(world.client(due_day=20, status="suspended"), sports)
    world.sell(world.client(due_day=20, status="cancelled", cancelled_on=date(2026, 7, 1)), sports)
    world.sell(world.client(due_day=20, activated_on=date(2199, 1, 1)), sports)
    world.sell(world.client(due_day=20, service_plan=NO_TV), sports)
    world.sell(world.client(due_day=20), sports, added_on=date(2199, 1, 1))
    world.sell(world.client(due_day=20), sports, cancelled_on=date(2026, 7, 1))
    world.sell(world.client(due_day=20), world.package(None))
    world.sell(world.client(due_day=20), sports, "0.00")
    world.sell(world.client(due_day=20), world.package("10.00", active=False))
    world.sell(world.client(due_day=20), world.package("10.00", extra=False))
    world.sell(world.client(due_day=20, service_plan=DAILY), sports, added_on=world.due(15, 1))
    world.sell(world.client(due_day=25), sports)


def _make_catalog_sync(world: World) -> None:
    world.run(
        "with sync as (insert into tv.catalog_sync (status, merged_at, channels, packages, quarantined) "
        "values ('merged', now(), 1234, 5, 60) returning id) "
        "insert into tv.quarantine (catalog_sync_id, entity, platform_uid, reasons, content) select id, 'channel', "
        "'ch-' || n, jsonb_build_array(jsonb_build_object('code', 'name_is_blank', 'parameters', "
        "jsonb_build_object('received', cast(:ugly as text)))), jsonb_build_object('name', cast(:ugly as text)) "
        "from sync, generate_series(1, 60) as n",
        ugly=SCRIPT,
    )


def _park_subscribers(world: World) -> None:
    world.run(
        "insert into reconciliation.parked_subscriber "
        "(change_set_id, client_plan_id, subscriber_uid, external_id, reasons) "
        "select (select max(id) from reconciliation.change_set), case when n = 1 then :maria end, 'sub-' || n, :ugly, "
        "jsonb_build_array(jsonb_build_object('code', 'status_is_unknown', 'parameters', "
        "jsonb_build_object('received', cast(:ugly as text)))) from generate_series(1, 60) as n",
        maria=world.maria,
        ugly=SCRIPT,
    )


def _bill(world: World) -> None:
    world.bill(world.settled)
    [(event,)] = world.run("select id from billing.event where client_plan_id = :plan and due_date = :due "
                           "order by amount desc limit 1", plan=world.maria, due=world.settled)  # fmt: skip
    correct(world.engine, event, "reverse", reason="engano", author="Ana")
    world.bill(world.current)
    stays, goes = (world.client(due_day=5) for _ in range(2))
    world.sell(stays, world.sports)
    gone = world.sell(goes, world.sports)
    tv.save(world.engine, world.pending, SETTINGS)
    world.run("update tv.client_package set cancelled_on = added_on where id = :id", id=gone)
    tv.save(world.engine, world.pending, SETTINGS)
    world.waiting, world.voided = stays, goes


def _leave_open(world: World) -> None:
    """What waits for a person, as the sweep and a settlement would have left it."""
    world.run(
        "insert into billing.open_month select plan, package, :month, 31.00, 0 "
        "from unnest(cast(:plans as bigint[])) as plan, unnest(cast(:packages as bigint[])) as package",
        month=world.open_month, plans=[world.maria, *world.nasty], packages=[0, world.films],
    )  # fmt: skip
    for package, reason in ((0, SCRIPT), (world.films, FORMULA)):
        month = Month(world.nasty[0], package, world.open_month)
        decide(world.engine, "Ana", "waive_month", month, reason=reason)
    world.run(
        "insert into billing.excess_charge select due_date, client_plan_id, package_id, reference_month, amount - 1, "
        "'package_cancelled', false, array[id] from billing.event where due_date = :due and live order by id limit 3",
        due=world.settled,
    )
    for how in (None, FORMULA):
        world.run(
            "insert into billing.payout (event_id, due_date, client_plan_id, client_id, amount, paid_at, paid_by, "
            "paid_on, paid_how) select id, due_date, client_plan_id, :client, 9.99, "
            "case when cast(:how as text) is not null then now() end, "
            "case when cast(:how as text) is not null then 'Ana' end, "
            "case when cast(:how as text) is not null then current_date end, :how "
            "from billing.event where kind = 'reversal' limit 1",
            client=world.nasty[0], how=how,
        )  # fmt: skip


def _reconcile(world: World) -> None:
    """What a reconciliation left behind."""
    [(change_set,)] = world.run(
        "with taken as (insert into reconciliation.snapshot (subscribers) values (1) returning id) "
        "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, decided_by, decided_at, "
        "verified_at) select id, '', :today, 'verified', 'guard', now(), now() from taken returning id",
        today=world.today,
    )
    for number, (action, target, status) in enumerate(
        [("create", None, "applied"), ("add_service", "svc-1", "rejected"), ("add_device", SCRIPT, "planned")]
    ):
        world.run(
            "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, reason, "
            "status, outcome_code, outcome, done_at) values (:id, :maria, :number, :action, :target, 'name_differs', "
            ":status, 'validation_error', :outcome, "
            "case when :status <> 'planned' then now() end)",
            id=change_set, maria=world.maria, number=number, action=action, target=target, status=status,
            outcome=SCRIPT,
        )  # fmt: skip
    world.run("insert into reconciliation.difference values (:change_set, :maria, 'add_service', 'svc-1', "
              "'service_not_found', :why)",
              change_set=change_set, maria=world.maria, why=SCRIPT)  # fmt: skip
    world.run("insert into reports.discrepancy_measured (change_set_id, seen_at) values (:id, now())",
              id=change_set)  # fmt: skip
    world.run(
        "insert into reports.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason, "
        "parameters) select :change_set, 'sold_not_active', n, :sports, 29.90, 'refused_by_platform', "
        "jsonb_build_object('outcome', cast(:why as text)) from generate_series(1, 120) as n "
        "union all select :change_set, 'billed_not_active', :maria, :films, 1234.56, 'service_missing', '{}'",
        change_set=change_set, sports=world.sports, why=SCRIPT, maria=world.maria, films=world.films,
    )  # fmt: skip
