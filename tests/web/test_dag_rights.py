"""A DAG whose form changes what a screen changes asks for the same right, of the real auth manager."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import requests

from multitv.web.core.access import Right
from multitv.web.core.dag_rights import RIGHTS
from tests.web.server import Web
from tests.web.test_access import HOLDS
from tests.web.visitor import Visitor

_numbers = count(1)
POLICY = "tv_billing_policy"
# What a form cannot be sent without.
NEEDED: dict[str, dict[str, Any]] = {"tv_privacy": {"client_id": 1}}


def trigger(person: Visitor, dag_id: str, path: str = "/dags/{dag_id}/dagRuns", **conf: object) -> requests.Response:
    body: dict[str, Any] = {"logical_date": None, "conf": conf, "dag_run_id": f"teste_{person.name}_{next(_numbers)}"}
    return person.ask_airflow("POST", path.format(dag_id=dag_id), body)


def runs(web: Web, dag_id: str = POLICY) -> list[str]:
    return sorted(web.api.runs(dag_id))


@pytest.mark.parametrize("role", HOLDS)
@pytest.mark.parametrize("dag_id", RIGHTS)
def test_a_role_triggers_the_dag_if_it_has_the_right_of_the_screen(
    people: dict[str, Visitor], role: str, dag_id: str
) -> None:
    answer = trigger(people[role], dag_id, **NEEDED.get(dag_id, {}))
    if RIGHTS[dag_id] in HOLDS[role]:
        assert answer.status_code == 200, answer.text
    else:
        assert answer.status_code == 403
        assert answer.json()["detail"] == f"Seu usuário não tem permissão para {RIGHTS[dag_id]}."


def test_the_policy_needs_the_right_to_the_offer() -> None:
    assert RIGHTS[POLICY] is Right.OFFER


@pytest.mark.parametrize(
    ("dag_id", "conf"),
    [
        ("tv_promotion", {"client_package_id": 1, "price": "0"}),
        ("tv_billing_correction", {"event_code": "EV-20261210-00000024-4"}),
    ],
)
def test_other_dags_are_triggered_as_before(user: Visitor, viewer: Visitor, dag_id: str, conf: dict[str, Any]) -> None:
    assert trigger(user, dag_id, **conf).status_code == 200
    assert trigger(viewer, dag_id, **conf).status_code == 403


@pytest.mark.parametrize(
    "path", ["/dags/tv%5Fbilling%5Fpolicy/dagRuns", "/dags/%74v_billing_policy/dagRuns", "//dags/{dag_id}/dagRuns"]
)
def test_no_spelling_of_the_address_leads_around_it(web: Web, user: Visitor, path: str) -> None:
    before = runs(web)
    assert trigger(user, POLICY, path).status_code in (403, 404, 405)
    assert runs(web) == before


def test_a_run_of_another_persons_is_neither_cleared_nor_changed(web: Web, op: Visitor, user: Visitor) -> None:
    run = trigger(op, POLICY).json()["dag_run_id"]
    of_policy = {"dag_id": POLICY, "dag_run_id": run, "new_state": "success"}
    asked: list[tuple[str, str, Any]] = [
        ("POST", f"/dags/{POLICY}/dagRuns/{run}/clear", {"dry_run": False}),
        ("POST", f"/dags/{POLICY}/clearTaskInstances", {"dry_run": False, "dag_run_id": run}),
        ("PATCH", f"/dags/{POLICY}/dagRuns/{run}", {"state": "failed"}),
        ("POST", "/dags/~/clearDagRuns", {"dag_runs": [of_policy]}),
        ("PATCH", "/dags/~/dagRuns/~/taskInstances", {"actions": [{"action": "update", "entities": [of_policy]}]}),
        ("POST", "/backfills", {"dag_id": POLICY, "from_date": "2026-01-01", "to_date": "2026-01-02"}),
    ]
    for method, path, body in asked:
        assert user.ask_airflow(method, path, body).status_code == 403, path
    assert op.ask_airflow("PATCH", f"/dags/{POLICY}/dagRuns/{run}", {"note": "nota"}).status_code == 200


def test_whoever_reads_reads_its_runs(viewer: Visitor, op: Visitor) -> None:
    trigger(op, POLICY)
    assert viewer.airflow(f"/dags/{POLICY}/dagRuns")["dag_runs"]
    asked = {"dag_ids": [POLICY]}
    assert viewer.ask_airflow("POST", "/dags/~/dagRuns/list", asked).status_code == 200


def test_a_stranger_is_told_nothing_else(stranger: Visitor) -> None:
    assert trigger(stranger, POLICY).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 20_000, b"\xff", b'"tv_billing_policy"'])
def test_whatever_the_body_holds_airflow_answers_or_it_is_refused(user: Visitor, body: bytes) -> None:
    answer = user._session.request(
        "POST",
        f"{user.address}/api/v2/dags/tv_promotion/dagRuns",
        headers=user.bearer | {"Content-Type": "application/json"},
        data=body,
        timeout=60,
    )
    assert 400 <= answer.status_code < 500
