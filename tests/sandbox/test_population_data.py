"""What the demo population consists of: people who could exist, and every case that billing has to tell apart."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from include.local.postgres import Server
from include.sandbox.population import offer
from include.sandbox.population.seed import seed
from tests.support.databases import own_database

ANCHOR = date(2026, 11, 23)
DUE_DAYS = (1, 5, 8, 10, 12, 15, 20, 25, 28, 29, 30, 31)


@pytest.fixture(scope="module")
def loaded(server: Server, migrated: str) -> Iterator[Engine]:
    """A database with the default population, that the tests here only read."""
    with own_database(server, migrated) as engine:
        seed(engine, 5_000, ANCHOR)
        yield engine


@pytest.fixture(scope="module")
def read(loaded: Engine) -> Callable[[str], list[Any]]:
    def rows(query: str) -> list[Any]:
        with loaded.connect() as connection:
            return list(connection.execute(text(query), {"anchor": ANCHOR}))

    return rows


def cpf_is_valid(cpf: str) -> bool:
    """The Receita Federal's rule: weights fall to 2, and 11 minus the remainder is the digit, 0 if above 9."""
    if len(cpf) != 11 or len(set(cpf)) == 1:
        return False
    return all(int(cpf[size]) == _check(cpf[:size], range(size + 1, 1, -1)) for size in (9, 10))


def cnpj_is_valid(cnpj: str) -> bool:
    weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return re.fullmatch("[0-9A-Z]{12}[0-9]{2}", cnpj) is not None and all(
        int(cnpj[size]) == _check(cnpj[:size], weights[-size:]) for size in (12, 13)
    )


def _check(digits: str, weights: Any) -> int:
    remainder = sum((ord(sign) - 48) * weight for sign, weight in zip(digits, weights, strict=True)) % 11
    return 0 if remainder < 2 else 11 - remainder


def test_the_oracle_itself_tells_good_documents_from_bad() -> None:
    assert cpf_is_valid("11144477735")
    assert not cpf_is_valid("11144477736")
    assert not cpf_is_valid("11111111111")
    assert cnpj_is_valid("11222333000181")
    assert not cnpj_is_valid("11222333000182")
    assert cnpj_is_valid("12ABC34501DE35")
    assert not cnpj_is_valid("12ABC34501DE53")


def test_every_document_is_valid_and_nobody_shares_one(read: Callable[[str], list[Any]]) -> None:
    documents = [row.document for row in read("select document from erp.client")]
    assert len(set(documents)) == 5_000
    people = [document for document in documents if len(document) == 11]
    companies = [document for document in documents if len(document) != 11]
    assert all(cpf_is_valid(document) for document in people)
    assert all(cnpj_is_valid(document) for document in companies)
    assert 50 < len(companies) < 300
    assert 0.15 < sum(not document.isdigit() for document in companies) / len(companies) < 0.35


@settings(max_examples=6, deadline=None)
@given(number=st.integers(0, 2**63 - 1))
def test_documents_and_macs_hold_for_any_seed(server: Server, migrated: str, number: int) -> None:
    with own_database(server, migrated) as engine, engine.connect() as connection:
        seed(engine, 1_000, ANCHOR, seed=number)
        documents = connection.execute(text("select document from erp.client")).scalars().all()
        macs = connection.execute(text("select mac from tv.client_point")).scalars().all()
    assert len(set(documents)) == 1_000
    assert all(cpf_is_valid(document) or cnpj_is_valid(document) for document in documents)
    assert len(set(macs)) == len(macs) > 500


def test_names_are_brazilian_and_tidy(read: Callable[[str], list[Any]]) -> None:
    people = [row.name for row in read("select name from erp.client where length(document) = 11")]
    assert all(name == " ".join(name.split()) and " " in name for name in people)
    assert len(set(people)) > 4_000
    text_of_all = " ".join(people)
    assert all(particle in text_of_all for particle in (" da ", " de ", " do ", " das ", " dos "))
    assert sum(any(letter in name for letter in "áâãçéêíóôõú") for name in people) > 1_500


def test_contracts_are_spread_as_an_isps_are(read: Callable[[str], list[Any]]) -> None:
    plans = read("select * from erp.client_plan")
    status = Counter(plan.status for plan in plans)
    assert 0.87 < status["active"] / len(plans) < 0.92
    assert 0.04 < status["suspended"] / len(plans) < 0.06
    assert 0.04 < status["cancelled"] / len(plans) < 0.06
    days = Counter(plan.due_day for plan in plans)
    assert set(days) == set(DUE_DAYS)
    assert min(days.values()) > 390
    each = Counter(Counter(plan.client_id for plan in plans).values())
    assert each[2] > 200
    assert 100 < 5_000 - each[1] - each[2] < 300
    assert {plan.service_plan_id for plan in plans} == {plan.id for plan in offer.SERVICE_PLANS}


def test_a_contract_has_an_end_in_the_past_if_it_is_cancelled_and_none_otherwise(
    read: Callable[[str], list[Any]],
) -> None:
    plans = read("select * from erp.client_plan")
    assert all((plan.cancelled_on is not None) == (plan.status == "cancelled") for plan in plans)
    ended = [plan for plan in plans if plan.cancelled_on]
    assert all(plan.activated_on < plan.cancelled_on < ANCHOR for plan in ended)
    future = [plan for plan in plans if plan.activated_on > ANCHOR]
    assert 50 < len(future) < 250


def upcoming(due_day: int) -> set[date]:
    """The dates of the month after the anchor on which a due day falls; 31 on the 30th of November too."""
    days = (ANCHOR + timedelta(days=ahead) for ahead in range(1, 32))
    return {day for day in days if day.day == due_day or (day == date(2026, 11, 30) and due_day > 30)}


def test_packages_are_sold_in_every_way_there_is(read: Callable[[str], list[Any]]) -> None:
    sold = read(
        "select sold.*, plan.activated_on, plan.due_day, package.platform_uid, package.price as list_price "
        "from tv.client_package as sold inner join erp.client_plan as plan on sold.client_plan_id = plan.id "
        "inner join tv.package as package on sold.package_id = package.id"
    )
    assert all(row.added_on >= row.activated_on for row in sold)
    cases = {
        "inherited price": sum(row.price is None and bool(row.list_price) for row in sold),
        "own price": sum(bool(row.price) for row in sold),
        "own price of a package not for sale yet": sum(bool(row.price) and row.list_price is None for row in sold),
        "free by the client's own price": sum(row.price == 0 and bool(row.list_price) for row in sold),
        "free by the list": sum(row.price is None and row.list_price == 0 for row in sold),
        "to be added": sum(row.added_on > ANCHOR for row in sold),
        "cancelled": sum(row.cancelled_on is not None and row.cancelled_on <= ANCHOR for row in sold),
        "to be cancelled": sum(row.cancelled_on is not None and row.cancelled_on > ANCHOR for row in sold),
        "cancelled on a due date": sum(row.cancelled_on in upcoming(row.due_day) for row in sold),
        "added on a due date": sum(row.added_on in upcoming(row.due_day) for row in sold),
    }
    assert {name: number for name, number in cases.items() if number < 30} == {}
    assert max(Counter(row.client_plan_id for row in sold).values()) <= 5
    assert all(row.price is None or row.price == round(Decimal(row.price), 2) for row in sold)


def test_some_packages_were_cancelled_and_added_again(read: Callable[[str], list[Any]]) -> None:
    pairs = read(
        "select later.added_on - earlier.cancelled_on as days_between from tv.client_package as earlier "
        "inner join tv.client_package as later on earlier.client_plan_id = later.client_plan_id "
        "and earlier.package_id = later.package_id and earlier.id < later.id"
    )
    assert len(pairs) > 100
    assert any(pair.days_between == 0 for pair in pairs), "on the very day"
    assert any(pair.days_between > 0 for pair in pairs), "after a pause"


def test_points_are_plausible_and_within_every_limit(read: Callable[[str], list[Any]]) -> None:
    points = read(
        "select point.*, plan.status, plan.activated_on, setting.allows_tv from tv.client_point as point "
        "inner join erp.client_plan as plan on point.client_plan_id = plan.id "
        "inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id"
    )
    assert all(point.allows_tv for point in points)
    assert all(int(point.mac[:2], 16) & 0b11 == 0b10 for point in points), "locally administered, not multicast"
    assert len({point.mac for point in points}) == len({point.serial for point in points}) == len(points)
    assert {point.device_type for point in points} == {"stb-android", "stb-linux", "smart-tv"}
    assert {"Sala", "Quarto"} <= {point.label for point in points}
    assert all(point.activated_on <= point.added_on <= ANCHOR for point in points)
    assert all(point.removed_on for point in points if point.status == "cancelled")
    assert 50 < sum(point.removed_on is not None for point in points if point.status == "active") < 400
    live = Counter(point.client_plan_id for point in points if point.removed_on is None)
    assert set(live.values()) == {1, 2, 3}
    over_limit = read(
        "select live.client_plan_id from ("
        "select client_plan_id, count(*) as points from tv.client_point where removed_on is null group by 1) as live "
        "inner join erp.client_plan as plan on live.client_plan_id = plan.id "
        "inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id "
        "left join tv.client_package as sold on live.client_plan_id = sold.client_plan_id "
        "inner join tv.package as package on package.id in (setting.package_id, sold.package_id) "
        "where live.points > package.point_limit"
    )
    assert over_limit == []


def test_the_isp_declares_a_package_without_price_one_for_free_and_one_that_is_gone(
    read: Callable[[str], list[Any]],
) -> None:
    extras = {row.platform_uid: row.price for row in read("select * from tv.package where extra")}
    assert extras["svc-internacionais"] is None
    assert extras["svc-documentarios"] == 0
    assert extras["svc-antigo"] > 0
    basics = read("select platform_uid from tv.package where not extra order by 1")
    assert [row.platform_uid for row in basics] == ["svc-essencial", "svc-familia"]
    tabs = read(
        "select setting.allows_tv, setting.package_id, package.extra from tv.service_plan_setting as setting "
        "left join tv.package as package on setting.package_id = package.id"
    )
    assert all(row.allows_tv == (row.package_id is not None) and not row.extra for row in tabs)
    assert len(tabs) == len(offer.SERVICE_PLANS)


def test_the_platform_has_every_package_but_the_old_one_and_room_for_the_points_of_the_included(
    repository: Path,
) -> None:
    published = tomllib.loads((repository / "include/sandbox/data/services.toml").read_text(encoding="utf-8"))
    services = {service["uid"]: service for service in published["services"]}
    declared = {package.platform_uid: package for package in offer.PACKAGES}
    assert declared.keys() - services.keys() == {"svc-antigo"}
    assert services.keys() <= declared.keys()
    for uid, service in services.items():
        assert declared[uid].service_type == service["type"]
        if service["type"] == "BASIC_SERVICE":
            assert declared[uid].point_limit == service["max_devices"]
    devices = {device["uid"] for device in published["device_types"]}
    assert devices == {"stb-android", "stb-linux", "smart-tv"}
