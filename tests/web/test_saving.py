"""Carregar, Salvar and what else starts a run: which run, by whom, with what, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.concurrency import at_once
from tests.web.markup import Page
from tests.web.server import Web
from tests.web.visitor import Visitor, message_of
from tests.web.world import World

_due_days = iter(range(1, 29))


@pytest.fixture
def due(world: World) -> date:
    """A due date of the test's own, three months from now, on whose list one client is."""
    day = next(_due_days)
    world.sell(world.client(due_day=day), world.sports)
    return world.due(day, 3)


def runs(admin: Visitor, dag_id: str = "tv_billing") -> set[str]:
    return {run["dag_run_id"] for run in admin.airflow(f"/dags/{dag_id}/dagRuns?limit=1000")["dag_runs"]}


def run(admin: Visitor, run_id: str, dag_id: str = "tv_billing") -> Any:
    return admin.airflow(f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")


def reviews(world: World, due: date) -> list[tuple[Any, ...]]:
    rows = world.run("select decision, decided_by from billing.review where due_date = :due order by id", due=due)
    return [tuple(row) for row in rows]


def save(person: Visitor, due: date, number: int, **boxes: str) -> Any:
    return person.send(f"/faturamento/{due}/salvar", {"preview_id": str(number)} | boxes)


@pytest.fixture
def paused(web: Web) -> Iterator[None]:
    web.api._call("PATCH", "/dags/tv_billing", json={"is_paused": True})
    yield
    web.api.unpause("tv_billing")


def test_carregar_starts_a_run_that_saves_nothing(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    before = runs(admin)
    answer = user.send("/faturamento/carregar", {"vencimento": str(due)})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/multitv/faturamento?vencimento={due}"
    [made] = runs(admin) - before
    assert made.startswith(f"carregar_due_{due}__")
    found = run(admin, made)
    assert found["conf"] == {"due_date": str(due), "dry_run": True, "allow_past": True}
    assert (found["state"], found["triggering_user_name"], found["logical_date"]) == ("queued", "user", None)


def test_carregar_may_be_pressed_again(user: Visitor, admin: Visitor, due: date) -> None:
    before = runs(admin)
    for _ in range(2):
        assert user.send("/faturamento/carregar", {"vencimento": str(due)}).status_code == 204
    assert len(runs(admin) - before) == 2


def test_salvar_approves_the_list_and_starts_its_run(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    number = world.store(due)
    answer = save(user, due, number)
    assert answer.status_code == 204
    assert answer.headers["HX-Trigger"] == "run-started"
    found = run(admin, f"salvar_due_{due}__lista_{number}")
    assert found["conf"] == {"due_date": str(due), "approval": "always", "allow_past": True, "allow_voids": False}
    assert found["triggering_user_name"] == "user"
    assert reviews(world, due) == [("approved", "user")]


def test_many_voids_are_a_box_to_tick(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    number = world.store(due)
    assert save(user, due, number, allow_voids="sim").status_code == 204
    assert run(admin, f"salvar_due_{due}__lista_{number}")["conf"]["allow_voids"] is True


def test_a_list_is_saved_by_one_run_however_often_one_presses(
    world: World, user: Visitor, op: Visitor, admin: Visitor, due: date
) -> None:
    number = world.store(due)
    before = runs(admin)
    for _ in range(2):
        assert save(user, due, number).status_code == 204
    assert reviews(world, due) == [("approved", "user")]
    answers = at_once(*[partial(save, person, due, number) for person in (user, op, user, op)])
    assert [answer.status_code for answer in answers] == [204] * 4
    assert runs(admin) - before == {f"salvar_due_{due}__lista_{number}"}
    assert set(reviews(world, due)) == {("approved", "user"), ("approved", "op")}


def test_a_list_that_was_replaced_is_not_saved(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    old, new, before = world.store(due), world.store(due), runs(admin)
    answer = save(user, due, old)
    assert answer.status_code == 409
    assert "Carregue outra vez e confira a lista antes de salvar." in message_of(answer)
    body = {"preview_id": old}
    assert user.api("POST", f"/billing/{due}/save", body).json()["error"]["code"] == "preview_outdated"
    assert (runs(admin), reviews(world, due)) == (before, [])
    assert save(user, due, new).status_code == 204


def test_a_list_is_not_saved_as_that_of_another_due_date(
    world: World, user: Visitor, admin: Visitor, due: date
) -> None:
    """Else the list of a past due date could be approved at the address of one to come."""
    number, before, of_past = world.store(due), runs(admin), reviews(world, world.past)
    other = [row.id for row in world.run("select id from billing.preview where due_date <> :due", due=due)]
    for wrong in (*other, number + 1000):
        assert save(user, due, wrong).status_code == 409
        assert user.api("POST", f"/billing/{due}/save", {"preview_id": wrong}).status_code == 409
    assert save(user, world.coming, number).status_code == 409
    assert runs(admin) == before
    assert (reviews(world, due), reviews(world, world.past)) == ([], of_past)


def test_a_past_due_date_is_saved_only_if_one_says_so(world: World, user: Visitor, admin: Visitor) -> None:
    due, number, before = world.past, world.store(world.past), runs(admin)
    page = user.page(f"/faturamento/{due}/resumo")
    assert [element.attributes["name"] for element in page.all("input", type="checkbox")] == [
        "allow_past",
        "allow_voids",
    ]
    for answer in (save(user, due, number), save(user, due, number, allow_past="não")):
        assert answer.status_code == 422
        assert message_of(answer).startswith(
            f"O vencimento {due:%d/%m/%Y} já passou: marque “Permitir vencimento passado”"
        )
    refused = user.api("POST", f"/billing/{due}/save", {"preview_id": number}).json()["error"]
    assert (refused["code"], refused["field"]) == ("invalid_value", "allow_past")
    assert (runs(admin), reviews(world, due)) == (before, [])
    assert save(user, due, number, allow_past="sim").status_code == 204
    assert reviews(world, due) == [("approved", "user")]


def test_one_to_come_does_not_ask(world: World, user: Visitor) -> None:
    page = user.page(f"/faturamento/{world.coming}/resumo")
    assert [element.attributes["name"] for element in page.all("input", type="checkbox")] == ["allow_voids"]


@pytest.mark.usefixtures("paused")
def test_a_paused_dag_is_said_and_nothing_is_kept(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    number, before = world.store(due), runs(admin)
    for answer in (save(user, due, number), user.send("/faturamento/carregar", {"vencimento": str(due)})):
        assert answer.status_code == 409
        assert message_of(answer) == (
            "“Faturamento TV” está pausado no Airflow: nada foi iniciado. Ative-o no Airflow e tente de novo."
        )
    for path, body in {"save": {"preview_id": number}, "load": None}.items():
        refused = user.api("POST", f"/billing/{due}/{path}", body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "airflow_refused")
    assert (runs(admin), reviews(world, due)) == (before, [])


def test_a_run_is_followed_task_by_task(world: World, user: Visitor, viewer: Visitor, due: date) -> None:
    number = world.store(due)
    save(user, due, number)
    run_id = f"salvar_due_{due}__lista_{number}"
    page = viewer.page(f"/faturamento/{due}/execucoes")
    assert page.all("h3")[0].text == f"Salvando e faturando o vencimento {due:%d/%m/%Y} na fila"
    assert [link.attributes["href"] for link in page.all("a")] == [f"/dags/tv_billing/runs/{run_id}"] * 2
    steps = [item.text for item in page.all("li") if item.text.endswith("agendada")]
    assert len(steps) >= 8
    part = viewer.get(f"/execucoes/tv_billing/{run_id}?feitas=0")
    assert "HX-Trigger-After-Swap" not in part.headers
    assert "run-moved" in viewer.get(f"/execucoes/tv_billing/{run_id}?feitas=3").headers["HX-Trigger-After-Swap"]
    told_to_programs = viewer.read(f"/billing/runs/{run_id}")
    assert (told_to_programs["state"], told_to_programs["question"]) == ("queued", None)
    assert [task["name"] for task in told_to_programs["tasks"]] == [step.removesuffix(" agendada") for step in steps]


def test_a_run_that_is_not_there_is_said_so(viewer: Visitor, user: Visitor) -> None:
    for dag_id in ("tv_billing", "tv_plan_reconciliation", "nenhum"):
        assert viewer.get(f"/execucoes/{dag_id}/nenhuma").status_code == 404
    assert viewer.get("/execucoes/standard_billing/nenhuma").status_code == 404
    refused = viewer.api("GET", "/billing/runs/nenhuma")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "no_such_run")
    answer = user.send("/execucoes/tv_billing/nenhuma/save/resposta", {"resposta": "Approve"})
    assert (answer.status_code, message_of(answer)) == (404, "O Airflow não conhece este DAG ou esta execução.")


def test_an_answer_is_yes_or_no_to_somebody_who_asked(world: World, user: Visitor, due: date) -> None:
    number = world.store(due)
    save(user, due, number)
    path = f"/execucoes/tv_billing/salvar_due_{due}__lista_{number}/save/resposta"
    for word in ("approve", "", "Approve,Reject", "<script>"):
        assert user.send(path, {"resposta": word}).status_code == 422
    assert user.send(path, {"resposta": "Approve"}).status_code in (404, 409)


def test_a_program_loads_and_saves_as_the_screen_does(world: World, user: Visitor, admin: Visitor, due: date) -> None:
    loading = user.api("POST", f"/billing/{due}/load")
    assert (loading.status_code, loading.json()["dag_id"]) == (202, "tv_billing")
    assert run(admin, loading.json()["run_id"])["conf"]["dry_run"] is True
    number = world.store(due)
    saving = [user.api("POST", f"/billing/{due}/save", {"preview_id": number, "allow_voids": True}) for _ in range(2)]
    assert [answer.status_code for answer in saving] == [202, 202]
    assert (
        saving[0].json() == saving[1].json() == {"dag_id": "tv_billing", "run_id": f"salvar_due_{due}__lista_{number}"}
    )
    assert run(admin, saving[0].json()["run_id"])["conf"] == {
        "due_date": str(due), "approval": "always", "allow_past": True, "allow_voids": True,
    }  # fmt: skip


def test_one_contract_is_reconciled_at_the_press_of_a_button(world: World, user: Visitor, admin: Visitor) -> None:
    plan, dag_id = world.client(), "tv_plan_reconciliation"
    before = runs(admin, dag_id)
    answer = user.send(f"/clientes/{plan}/sincronizar")
    assert answer.status_code == 200
    assert Page(answer.text).all("h3")[0].text == f"Reconciliando o plano do cliente {plan} na fila"
    [made] = runs(admin, dag_id) - before
    found = run(admin, made, dag_id)
    assert (found["conf"], found["triggering_user_name"]) == ({"only": plan}, "user")
    assert user.send("/clientes/987654321/sincronizar").status_code == 404


def test_the_figures_are_worked_out_anew_at_the_press_of_a_button(user: Visitor, admin: Visitor) -> None:
    before = runs(admin, "tv_dashboard")
    assert Page(user.send("/painel/atualizar").text).all("h3")[0].text == "Atualizando o painel na fila"
    assert len(runs(admin, "tv_dashboard") - before) == 1
