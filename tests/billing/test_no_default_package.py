"""A contract with TV whose service plan has no default package: the reason for which its extras are not charged."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from multitv.changes.errors import PlanRefused
from multitv.labels import label
from multitv.offer.tv_tab import change_tv_tab
from tests.support.databases import Database
from tests.support.shop import Shop

REASON = "no_default_package"


def test_the_reason_names_an_error_of_the_data_that_costs_no_pending_charge(engine: Engine) -> None:
    rows = Database(engine).run(
        "select is_bad_data, at_settlement, if_served from billing.exclusion_reason where code = :code", code=REASON
    )
    assert rows == [(True, "keep", "discrepancy")]
    assert label(REASON) == "plano com TV sem pacote liberado (erro na oferta)"


def test_an_exclusion_may_have_the_reason(engine: Engine) -> None:
    database = Database(engine)
    [(run,)] = database.run(
        "insert into billing.run (kind, due_date, status) values ('tv', '2026-12-10', 'open') returning id"
    )
    statement = "insert into billing.exclusion values (:run, 1, 1, 1, :reason, '2026-12-01')"
    assert database.run(statement, run=run, reason=REASON) == 1
    with pytest.raises(IntegrityError, match="exclusion_reason_check"):
        database.run(statement, run=run, reason="no_package")


def test_nobody_makes_another_such_plan(shop: Shop) -> None:
    with pytest.raises(PlanRefused, match="escolha o pacote junto com"):
        change_tv_tab(shop.engine, "ana", 2, allows_tv=True, package_id=None)
    assert shop.isp.run("select allows_tv from tv.service_plan_setting where service_plan_id = 2") == [(False,)]
