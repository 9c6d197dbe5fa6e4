"""The tasks of the DAGs that a person starts with a form, run with what Airflow's form sends."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from sqlalchemy import Engine

from multitv.changes.errors import InvalidValue, PromotionRefused
from multitv.database.engine import DatabaseRefused
from multitv.offer.billing_policy import PolicyRefused
from multitv.privacy.errors import PrivacyRefused
from multitv.settings import get_settings
from tests.support.databases import as_pipeline, as_screens
from tests.support.shop import Shop

Trigger = Callable[..., str]
DAGS = Path(__file__).resolve().parents[2] / "dags"


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(DAGS)


@pytest.fixture
def trigger(bag: DagBag, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Trigger:
    """Runs the task `save` of a DAG by a person with a form, and returns what it pushes as its XCom."""

    def save(dag_id: str, by: str | None = "ana", *, engine: Engine | None = None, **typed: Any) -> str:
        dag = bag.dags[dag_id]
        # Copied, because a parameter keeps what it was resolved to.
        params = {name: copy(dag.params.get_param(name)) for name in dag.params}
        form = {name: param.resolve(typed.get(name, param.value)) for name, param in params.items()}
        task: Any = dag.get_task("save")
        run = task.python_callable
        context = {"params": form, "dag_run": SimpleNamespace(triggering_user_name=by)}
        monkeypatch.setitem(run.__globals__, "get_current_context", lambda: context)
        monkeypatch.setitem(run.__globals__, "screens_engine", lambda: engine or as_screens(shop.isp.engine))
        monkeypatch.setitem(run.__globals__, "task_engine", lambda: engine or as_pipeline(shop.isp.engine))
        return str(run())

    return save


def test_a_person_promotes_a_package_and_ends_that(shop: Shop, trigger: Trigger) -> None:
    sold = shop.isp.sell(shop.plan, shop.extra)
    today = get_settings().today()
    last = today + timedelta(days=30)
    said = trigger("tv_promotion", client_package_id=sold, price="0", last_day=str(last))
    assert said == f"Pacote do cliente {sold}: R$ 0,00 por mês, de {today:%d/%m/%Y} a {last:%d/%m/%Y}."
    until = last + timedelta(days=1)
    assert shop.isp.run("select client_package_id, price, since, until from tv.promotion") == [
        (sold, Decimal("0.00"), today, until)
    ]
    with pytest.raises(PromotionRefused, match="já tem uma promoção de R. 0,00"):
        trigger("tv_promotion", client_package_id=sold, price="1,00", last_day=str(last))
    trigger("tv_promotion", "rui", action="end_promotion", client_package_id=sold)
    assert shop.isp.run("select count(*) from tv.promotion") == [(0,)]
    assert [row[:2] for row in shop.audit()] == [("ana", "add_promotion"), ("rui", "end_promotion")]


def test_a_person_puts_a_policy_in_force(shop: Shop, trigger: Trigger) -> None:
    said = trigger("tv_billing_policy", service_plan_id=1, timing="arrears", valid_from="01/2027")
    assert said.startswith("Política 2 do plano de serviço 1, a partir de 01/2027: valor cheio, mês vencido,")
    [row] = shop.isp.run("select author, timing, valid_from from billing.policy where service_plan_id = 1")
    assert row == ("ana", "arrears", date(2027, 1, 1))


@pytest.mark.parametrize(
    ("dag_id", "typed"),
    [
        ("tv_promotion", {"client_package_id": 1, "price": "0", "last_day": "2999-12-31"}),
        ("tv_promotion", {"client_package_id": 1, "price": "nada", "last_day": "2027-01-31"}),
        ("tv_billing_policy", {"minimum_amount": "nada"}),
        ("tv_billing_policy", {"valid_from": "hoje"}),
        ("tv_billing_policy", {"service_plan_id": 99}),
        ("tv_billing_policy", {"by": None}),
    ],
)
def test_a_wrong_form_is_refused_before_anything_is_written(
    shop: Shop, trigger: Trigger, dag_id: str, typed: dict[str, Any]
) -> None:
    before = shop.tables(), shop.isp.run("select count(*) from billing.policy")
    with pytest.raises((InvalidValue, PolicyRefused)) as refused:
        trigger(dag_id, **typed)
    assert refused.value.wrote_nothing
    assert (shop.tables(), shop.isp.run("select count(*) from billing.policy")) == before


@pytest.mark.parametrize("dag_id", ["tv_promotion", "tv_billing_policy"])
def test_the_login_of_the_other_tasks_has_no_right_to_it(shop: Shop, trigger: Trigger, dag_id: str) -> None:
    sold = shop.isp.sell(shop.plan, shop.extra)
    promotion = {"client_package_id": sold, "price": "0", "last_day": "2100-01-31"}
    with pytest.raises(DatabaseRefused, match="gives multitv_pipeline no right to that"):
        trigger(dag_id, engine=as_pipeline(shop.isp.engine), **(promotion if dag_id == "tv_promotion" else {}))


def test_a_person_exports_and_erases_a_client_and_what_is_said_names_nobody(
    shop: Shop, trigger: Trigger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MULTITV_PRIVACY_FOLDER", str(tmp_path))
    get_settings.cache_clear()
    [(client,)] = shop.isp.run("select client_id from erp.client_plan where id = :id", id=shop.plan)
    shop.isp.run("update erp.client set name = 'Quitéria', document = '52998224725' where id = :id", id=client)
    said = [trigger("tv_privacy", client_id=client)]
    [file] = tmp_path.iterdir()
    assert file.name in said[0]
    assert "Quitéria" in file.read_text()
    with pytest.raises(PrivacyRefused, match="não está encerrado"):
        trigger("tv_privacy", client_id=client, action="erase_client")
    shop.isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-11-01'")
    said += [trigger("tv_privacy", client_id=client, action=each) for each in ("check_erasure", "erase_client")]
    assert shop.isp.run("select name from erp.client where id = :id", id=client) == [("Titular removido",)]
    assert shop.isp.run("select author from privacy.erasure") == [("ana",)]
    assert not [text for text in said if "Quitéria" in text or "529982" in text]
    get_settings.cache_clear()
