"""An error that a view over the ERP raises is told as the ERP's, and retried only if that may help."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from multitv.database.engine import ErpUnavailable, ErpViewFailed, SchemaMissing, transaction
from multitv.errors import PermanentError, TransientError
from tests.support.databases import as_owner, as_pipeline

CONTRACT = """
select {id}::bigint as id, 1::bigint as client_id, 1::bigint as service_plan_id, 'active' as status,
    10::smallint as due_day, written::date as activated_on, null::date as cancelled_on
from (values ('{day}')) as erp (written)
"""
SOUND = CONTRACT.format(id=1, day="2026-01-01")
BY_ZERO = CONTRACT.format(id="1 / 0", day="2026-01-01")
PRICE = """
select {id}::bigint as id, 'Fibra' as name, written::numeric(12, 2) as monthly_price
from (values ('{price}')) as erp (written)
"""
RAISING = """
create function erp.fetch(state text) returns bigint language plpgsql volatile as $$
begin
    raise exception 'could not connect to server "erp"' using errcode = state;
end
$$
"""


def with_view(engine: Engine, name: str, select: str) -> Engine:
    with as_owner(engine).begin() as connection:
        connection.exec_driver_sql(RAISING)
        connection.exec_driver_sql(f"drop table erp.{name}")
        connection.exec_driver_sql(f"create view erp.{name} as {select}")
        connection.exec_driver_sql(f"grant select on erp.{name} to multitv_pipeline")
    return as_pipeline(engine)


def run(engine: Engine, statement: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(statement)).all()


@pytest.mark.parametrize(
    ("name", "select", "said"),
    [
        ("client_plan", BY_ZERO, "division by zero"),
        ("client_plan", CONTRACT.format(id=1, day="0000-00-00"), 'date/time field value out of range: "0000-00-00"'),
        ("service_plan", PRICE.format(id=1, price="1.299,90"), 'invalid input syntax for type numeric: "1.299,90"'),
        ("service_plan", PRICE.format(id="erp.fetch('P0001')", price="9.90"), "could not connect"),
        ("service_plan", PRICE.format(id="erp.fetch('42P01')", price="9.90"), "could not connect"),
        (
            "client",
            "select (select n from generate_series(1, 2) as n) as id, 'x' as name, '1' as document, 'y' as status",
            "more than one row returned by a subquery",
        ),
    ],
)
def test_a_view_that_fails_is_named_and_not_tried_again(engine: Engine, name: str, select: str, said: str) -> None:
    pipeline = with_view(engine, name, select)
    with pytest.raises(ErpViewFailed) as raised:
        run(pipeline, f"select * from erp.{name}")  # noqa: S608
    assert f": erp.{name}, which reads the ISP's ERP, fails: {said}" in str(raised.value)
    assert "Correct the view, or the row of the ERP" in str(raised.value)
    assert isinstance(raised.value, PermanentError)


@pytest.mark.parametrize("state", ["08001", "08006", "57P01", "HV00N", "HV000"])
def test_an_erp_that_is_away_is_named_and_tried_again(engine: Engine, state: str) -> None:
    pipeline = with_view(engine, "service_plan", PRICE.format(id=f"erp.fetch('{state}')", price="9.90"))
    with pytest.raises(ErpUnavailable, match="erp.service_plan, which reads the ISP's ERP, does not reach") as raised:
        run(pipeline, "select * from erp.service_plan")
    assert isinstance(raised.value, TransientError)


def test_a_failure_of_our_own_is_not_blamed_on_a_view_that_is_well(engine: Engine) -> None:
    pipeline = with_view(engine, "client_plan", SOUND)
    with pytest.raises(DBAPIError, match="division by zero"):
        run(pipeline, "select 1 / 0")
    with pytest.raises(SchemaMissing):
        run(pipeline, "select * from erp.no_such_table")


def test_a_failure_of_our_own_is_not_blamed_on_a_view_that_fails_otherwise(engine: Engine) -> None:
    with pytest.raises(SchemaMissing):
        run(with_view(engine, "client_plan", BY_ZERO), "select * from erp.no_such_table")
