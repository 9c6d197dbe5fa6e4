"""The demo population of a given platform is sold what that one has, whatever and however much it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from include.local.config import PLATFORM_CONNECTION, Config
from include.local.environment import for_processes, isp_connection, sandbox_connection
from include.local.first_catalogue import NoCatalogue, bring_catalogue
from include.local.showcase import change_contracts
from include.local.summary import has_clients, next_due_date
from include.sandbox.population.fitted import fitted, gaps, known_packages
from include.sandbox.population.seed import seed
from include.sandbox.process import Sandbox, sandbox
from multitv.billing import standard, tv
from multitv.catalog.fetch import fetch_catalog
from multitv.catalog.merge import merge_catalog
from tests.support.databases import Database
from tests.support.sandbox import client_of
from tests.support.settings import SETTINGS, TODAY

pytestmark = pytest.mark.slow

DEVICE_TYPES = ["BOX-1", "BOX-2"]
OTHERS = {"svc-essencial": "PCT-A", "svc-familia": "PCT-B", "svc-telecine": "PCT-C", "svc-hbo": "PCT-D"}


def catalogue(engine: Engine, basics: int, extras: int, limit: int | None = 3) -> None:
    """What a sync leaves of a platform with so many packages."""
    for number in range(basics):
        _add(engine, f"B{number}", "BASIC_SERVICE", extra=False, limit=limit)
    for number in range(extras):
        _add(engine, f"X{number}", "EXTENDED_SERVICE", extra=True, limit=limit)


def _add(engine: Engine, uid: str, kind: str, *, extra: bool, limit: int | None) -> None:
    Database(engine).run(
        "insert into tv.package (platform_uid, name, service_type, extra, point_limit) "
        "values (:uid, :uid, :kind, :extra, :limit)",
        uid=uid,
        kind=kind,
        extra=extra,
        limit=limit,
    )


@pytest.mark.parametrize(
    ("basics", "extras"), [(0, 0), (0, 3), (1, 0), (1, 1), (1, 3), (2, 2), (2, 4), (3, 5), (4, 30)]
)
def test_whatever_there_is_makes_a_population_that_can_be_billed(engine: Engine, basics: int, extras: int) -> None:
    catalogue(engine, basics, extras)
    before = {one.platform_uid for one in known_packages(engine)}
    offer = fitted(known_packages(engine), DEVICE_TYPES)
    seeded = seed(engine, 480, TODAY, offer=offer)
    assert {one.platform_uid for one in known_packages(engine)} == before, "nothing that the platform does not have"
    database = Database(engine)
    assert (seeded.client_points > 0) == (basics > 0)
    [sold] = database.run(
        "select count(distinct package_id) filter (where extra) as extras, "
        "count(*) filter (where not extra) as mistaken "
        "from tv.client_package join tv.package on package.id = package_id"
    )
    assert (sold.extras, sold.mistaken > 0) == (extras, basics > 0)
    assert {row.device_type for row in database.run("select device_type from tv.client_point")} <= set(DEVICE_TYPES)
    [tabs] = database.run("select count(distinct package_id) as packages from tv.service_plan_setting where allows_tv")
    assert tabs.packages == basics
    due = next_due_date(engine, TODAY)
    assert due is not None
    tv.summarise_due_date(engine, due)
    tv.save(engine, due, SETTINGS)
    standard.bill_plans(engine, due)
    tv.settle(engine, due, SETTINGS)
    [events] = database.run("select count(*) as number from billing.event where due_date = :due", due=due)
    assert (events.number > 0) == (basics > 0 and extras > 0)


@pytest.mark.parametrize(
    ("basics", "extras", "device_types", "told"),
    [
        (0, 0, [], ["no basic package", "no extra", "no device type"]),
        (1, 0, DEVICE_TYPES, ["a single basic package", "no extra"]),
        (2, 1, DEVICE_TYPES, []),
    ],
)
def test_what_is_done_without_is_said(
    engine: Engine, basics: int, extras: int, device_types: list[str], told: list[str]
) -> None:
    catalogue(engine, basics, extras)
    offer = fitted(known_packages(engine), device_types)
    assert [line.partition(":")[0] for line in gaps(offer)] == told
    assert seed(engine, 60, TODAY, offer=offer).created


def test_what_the_isp_has_set_stays(engine: Engine) -> None:
    catalogue(engine, 2, 6)
    Database(engine).run("update tv.package set price = 7.77 where platform_uid = 'X0'")
    Database(engine).run("update tv.package set active = false where platform_uid = 'X1'")
    Database(engine).run("update tv.package set point_limit = 1 where platform_uid = 'B0'")
    offer = fitted(known_packages(engine), DEVICE_TYPES)
    seed(engine, 480, TODAY, offer=offer)
    after = {one.platform_uid: one for one in known_packages(engine)}
    assert str(after["X0"].price) == "7.77"
    assert (offer.discontinued, after["X1"].active, after["X1"].price) == ("X1", False, None)
    assert after["B0"].point_limit == 1
    assert [str(after[uid].price) for uid in ("X4", "X5")] == ["0.00", "None"], "one is free, one has no price yet"


@pytest.mark.parametrize(
    ("basics", "extras", "limit", "changes"),
    [(2, 6, 3, 4), (2, 6, None, 4), (2, 2, 3, 4), (1, 6, 3, 3), (2, 6, 1, 0), (2, 1, 3, 0), (1, 0, 3, 0), (0, 2, 3, 0)],
)
def test_the_changes_for_show_are_what_there_is_room_for(
    engine: Engine, basics: int, extras: int, limit: int | None, changes: int
) -> None:
    catalogue(engine, basics, extras, limit)
    seed(engine, 480, TODAY, offer=fitted(known_packages(engine), DEVICE_TYPES))
    assert len(change_contracts(engine, TODAY)) == changes
    assert change_contracts(engine, TODAY) == []
    points = Database(engine).run("select device_type from tv.client_point")
    assert {row.device_type for row in points} <= set(DEVICE_TYPES)


def test_the_changes_for_show_of_the_sandbox_are_all_made(engine: Engine) -> None:
    seed(engine, 480, TODAY)
    assert len(change_contracts(engine, TODAY)) == 4
    [changed] = Database(engine).run(
        "select platform_uid from tv.service_plan_setting join tv.package on package_id = package.id "
        "where service_plan_id = 5"
    )
    assert changed.platform_uid == "svc-familia"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Sandbox]:
    """A second platform: another implementation, with other packages and types of devices."""
    with sandbox(tmp_path / "platform", variant="other", operator_uid="op-other") as platform:
        services = platform.admin("GET", "/admin/catalogue/services")
        theirs = [service | {"uid": OTHERS[service["uid"]]} for service in services if service["uid"] in OTHERS]
        platform.admin("PUT", "/admin/catalogue/services", theirs)
        platform.admin("PUT", "/admin/catalogue/device-types", [{"uid": uid, "name": uid} for uid in DEVICE_TYPES])
        yield platform


def stack_environment(engine: Engine, home: Path, platform: Sandbox) -> dict[str, str]:
    connection = sandbox_connection(platform.port, platform.client_id, platform.client_secret, platform.operator_uid)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_"))}
    return for_processes(Config(home=home), inherited, isp_connection(engine.url), connection, "postgresql://none")


@pytest.mark.proof
def test_the_catalogue_of_a_second_platform_comes_first_and_again_changes_nothing(
    engine: Engine, tmp_path: Path, platform: Sandbox
) -> None:
    environment = stack_environment(engine, tmp_path / "home", platform)
    device_types = bring_catalogue(environment)
    assert device_types == DEVICE_TYPES
    packages: list[Any] = known_packages(engine)
    assert {one.platform_uid for one in packages} == set(OTHERS.values())
    assert not has_clients(engine)
    seed(engine, 120, TODAY, offer=fitted(packages, device_types))
    before = known_packages(engine)
    sync = fetch_catalog(engine, client_of(platform))
    merge_catalog(engine, sync, SETTINGS)
    assert known_packages(engine) == before
    assert has_clients(engine)


@pytest.mark.proof
def test_a_platform_that_is_away_is_named_with_what_to_do(engine: Engine, tmp_path: Path, platform: Sandbox) -> None:
    platform.client_secret = "another"
    with pytest.raises(NoCatalogue, match=rf"{PLATFORM_CONNECTION}.*DEMO_CLIENTS=0"):
        bring_catalogue(stack_environment(engine, tmp_path / "home", platform))
    assert known_packages(engine) == []
