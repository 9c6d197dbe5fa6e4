"""The demo population as a whole: the same for everybody, harmless to repeat, refused where it does not belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from include.local.postgres import Server
from include.sandbox.population import seed as population
from include.sandbox.population.seed import PopulationRefused, seed
from tests.support.concurrency import at_once
from tests.support.databases import own_database

pytestmark = pytest.mark.slow

ANCHOR = date(2026, 11, 23)
TABLES = (
    "erp.client",
    "erp.service_plan",
    "erp.client_plan",
    "tv.service_plan_setting",
    "tv.client_package",
    "tv.client_point",
)

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def another(server: Server, migrated: str) -> Iterator[Callable[[], Engine]]:
    """Makes one more database of the current schema at each call."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(own_database(server, migrated))


def everything(engine: Engine) -> Rows:
    with engine.connect() as connection:
        rows = {
            table: [tuple(row) for row in connection.execute(text(f"select * from {table} order by 1"))]  # noqa: S608
            for table in TABLES
        }
        packages = text("select id, platform_uid, name, extra, price, point_limit, active from tv.package order by 1")
        return {**rows, "tv.package": [tuple(row) for row in connection.execute(packages)]}


def of_the_first(clients: int, rows: Rows) -> Rows:
    plans = {row[0] for row in rows["erp.client_plan"] if row[1] <= clients}
    return {
        "erp.client": [row for row in rows["erp.client"] if row[0] <= clients],
        "erp.client_plan": [row for row in rows["erp.client_plan"] if row[0] in plans],
        "tv.client_package": [row for row in rows["tv.client_package"] if row[1] in plans],
        "tv.client_point": [row for row in rows["tv.client_point"] if row[1] in plans],
    }


def is_empty(engine: Engine) -> bool:
    return not any(everything(engine).values())


def test_the_same_seed_anchor_and_number_give_the_same_rows(
    another: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = another(), another()
    seed(first, 700, ANCHOR, seed=7)
    monkeypatch.setattr(population, "CLIENTS_A_BATCH", 37)  # how it is cut into batches must not show
    seed(second, 700, ANCHOR, seed=7)
    assert everything(first) == everything(second)


def test_a_client_is_the_same_whatever_the_number_of_clients(another: Callable[[], Engine]) -> None:
    small, large = another(), another()
    seed(small, 501, ANCHOR)
    seed(large, 1_300, ANCHOR)
    few, many = everything(small), everything(large)
    assert of_the_first(501, few) == of_the_first(501, many)
    assert len(many["erp.client"]) == 1_300
    assert few["tv.client_package"]
    assert few["tv.client_point"]


def test_another_seed_gives_other_people(another: Callable[[], Engine]) -> None:
    one, other = another(), another()
    seed(one, 200, ANCHOR, seed=1)
    seed(other, 200, ANCHOR, seed=2)
    ours, theirs = everything(one), everything(other)
    assert not {row[2] for row in ours["erp.client"]} & {row[2] for row in theirs["erp.client"]}
    assert ours["erp.client_plan"] != theirs["erp.client_plan"]


def test_a_later_anchor_moves_every_date_and_nothing_else(another: Callable[[], Engine]) -> None:
    one, other = another(), another()
    seed(one, 200, date(2026, 11, 23))
    seed(other, 200, date(2027, 11, 23))
    ours, theirs = everything(one), everything(other)
    assert ours["erp.client"] == theirs["erp.client"]
    assert [row[:5] for row in ours["erp.client_plan"]] == [row[:5] for row in theirs["erp.client_plan"]]
    pairs = zip(ours["erp.client_plan"], theirs["erp.client_plan"], strict=True)
    assert {(later[5] - earlier[5]).days for earlier, later in pairs} == {365}


def test_seeding_again_changes_nothing_whatever_is_asked_for(engine: Engine) -> None:
    first = seed(engine, 300, ANCHOR)
    before = everything(engine)
    second = seed(engine, 5_000, date(2029, 2, 28), seed=99)
    assert first.created
    assert not second.created
    assert (second.clients, second.client_plans) == (300, len(before["erp.client_plan"]))
    assert (second.client_packages, second.client_points) == (first.client_packages, first.client_points)
    assert everything(engine) == before


def test_two_at_once_make_one_population(another: Callable[[], Engine]) -> None:
    together, alone = another(), another()
    results = at_once(*[partial(seed, together, 400, ANCHOR)] * 2)
    seed(alone, 400, ANCHOR)
    assert sorted(result.created for result in results) == [False, True]
    assert {result.clients for result in results} == {400}
    assert everything(together) == everything(alone)


@pytest.mark.parametrize("clients", [1, 2, 100])
def test_a_small_population_loads_and_leaves_room_for_new_rows(engine: Engine, clients: int) -> None:
    assert seed(engine, clients, ANCHOR).clients == clients
    add_package = text(
        "insert into tv.client_package (client_plan_id, package_id, added_on) "
        "select 999999999, package.id, :anchor from tv.package as package where package.platform_uid = 'svc-hbo'"
    )
    add_point = text(
        "insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
        "values (999999999, 'fe:ff:ff:ff:ff:ff', 'S', 'stb-linux', 'Sala', :anchor)"
    )
    with engine.begin() as connection:
        connection.execute(add_package, {"anchor": ANCHOR})
        connection.execute(add_point, {"anchor": ANCHOR})
    rows = everything(engine)
    for table in ("tv.client_package", "tv.client_point"):
        assert rows[table][-1][1] == 999999999, "the sequence gives ids past the demo's own"


def test_packages_that_the_catalogue_sync_brought_first_keep_what_the_platform_owns(engine: Engine) -> None:
    synced = text(
        "insert into tv.package (platform_uid, name, service_type, extra, active) "
        "values ('svc-hbo', 'Max Premium', 'EXTENDED_SERVICE', false, false)"
    )
    with engine.begin() as connection:
        connection.execute(synced)
    seed(engine, 10, ANCHOR)
    found = text("select name, active, extra, price, point_limit from tv.package where platform_uid = 'svc-hbo'")
    with engine.connect() as connection:
        name, active, extra, price, point_limit = connection.execute(found).one()
    assert (name, active) == ("Max Premium", False)
    assert (extra, str(price), point_limit) == (True, "34.90", 3)


@pytest.mark.parametrize(
    ("clients", "anchor", "number", "named"),
    [
        (0, ANCHOR, 1, "number of clients"),
        (-5, ANCHOR, 1, "number of clients"),
        (1_000_001, ANCHOR, 1, "number of clients"),
        (10, date(206, 11, 23), 1, "anchor's year"),
        (10, ANCHOR, -1, "seed"),
        (10, ANCHOR, 2**63, "seed"),
    ],
)
def test_the_impossible_is_refused_by_name(engine: Engine, clients: int, anchor: date, number: int, named: str) -> None:
    with pytest.raises(PopulationRefused, match=f"The {named} of a demo population"):
        seed(engine, clients, anchor, seed=number)
    assert is_empty(engine)


@pytest.mark.parametrize("rows", ["", " union all select 1, 'Ana', '1', 'active'"])
def test_an_erp_of_views_is_refused_and_not_written_to(engine: Engine, rows: str) -> None:
    view = "create view erp.client as select 2::bigint as id, 'a' as name, 'b' as document, 'c' as status where false"
    with engine.begin() as connection:
        connection.execute(text("drop table erp.client"))
        connection.exec_driver_sql(view + rows)
    with pytest.raises(PopulationRefused, match=r"erp\.client is not a table of ours"):
        seed(engine, 10, ANCHOR)
    assert not everything(engine)["erp.client_plan"]


def test_a_database_without_the_schema_is_told_apart(server: Server) -> None:
    with (
        own_database(server) as bare,
        pytest.raises(PopulationRefused, match=r"python -m multitv\.database\.migrate"),
    ):
        seed(bare, 10, ANCHOR)


def test_half_of_somebody_elses_data_is_refused(engine: Engine) -> None:
    plan = "insert into erp.service_plan (id, name, monthly_price) values (1, 'Fibra', 50)"
    with engine.begin() as connection:
        connection.execute(text(plan))
    with pytest.raises(PopulationRefused, match="no clients but 1 service plans"):
        seed(engine, 10, ANCHOR)
    assert len(everything(engine)["erp.service_plan"]) == 1


def test_a_failure_in_the_middle_leaves_nothing_and_the_next_try_completes(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("alter table tv.client_point add constraint no_more check (client_plan_id < 300)"))
    with pytest.raises(DBAPIError, match="no_more"):
        seed(engine, 500, ANCHOR)
    assert is_empty(engine)
    with engine.begin() as connection:
        connection.execute(text("alter table tv.client_point drop constraint no_more"))
    assert seed(engine, 500, ANCHOR).created
