"""What stops a reconciliation, what waits for a person while all others are served, and what the answer is worth."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk import DAG, Context
from sqlalchemy import Engine, text

from multitv.reconciliation import operators
from multitv.reconciliation.apply import list_batches
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.errors import ChangeSetTooOld, NotApproved, RemovalsRejected, SourceShrunken
from multitv.reconciliation.guard import LIMITS, NOBODY, Assessment, assess, record_decision, start_question
from multitv.reconciliation.operators import ask_lost_anew
from multitv.reconciliation.report import approval_report, change_set_report, outcome_report
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings
from tests.reconciliation.conftest import change_set, lose
from tests.reconciliation.test_parked_subscribers import edit, uid_of
from tests.support.databases import as_owner
from tests.support.house import House
from tests.support.report_text import assert_readable, unpadded
from tests.support.settings import TODAY

SETTINGS = Settings()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "concerns"),
    [
        ({}, []),
        ({"client_plans": 1000}, []),
        ({"desired": 800}, []),
        ({"desired": 799}, ["fewer_client_plans"]),
        ({"desired": 0}, ["fewer_client_plans"]),
        ({"desired": 500, "ended_or_parked": 300}, []),
        ({"desired": 500, "ended_or_parked": 299}, ["fewer_client_plans"]),
        ({"managed": 800}, []),
        ({"managed": 799}, ["fewer_subscribers"]),
        ({"without_contract": 250}, []),
        ({"without_contract": 251}, ["contracts_are_gone"]),
        ({"creations": 900, "managed": 0, "provisioned": 0}, []),
        ({"creations": 501, "recorded": 500}, []),
        ({"creations": 501, "recorded": 501}, ["nearly_all_new"]),
        ({"managed": 0, "creations": 1000, "recorded": 1000}, ["fewer_subscribers", "nearly_all_new"]),
        ({"desired": 1, "managed": 0, "only_client_plan_id": 7}, []),
    ],
)
def test_a_shrunken_source_stops_the_run_and_says_why(
    engine: Engine, counts: dict[str, int], concerns: list[str]
) -> None:
    made = change_set(engine, **counts)
    if not concerns:
        assert assess(engine, made, SETTINGS) == Assessment((), ())
        assert read_change_set(engine, made).status == "approved"
        return
    with pytest.raises(SourceShrunken, match=f"{concerns[0]}.*Nothing was sent.*allow_shrink") as stopped:
        assess(engine, made, SETTINGS)
    assert all(LIMITS[concern] in str(stopped.value) for concern in concerns)
    kept = read_change_set(engine, made)
    assert ([concern.code for concern in kept.concerns], kept.status) == (concerns, "planned")
    assess(engine, made, SETTINGS, allow_shrink=True)
    assert read_change_set(engine, made).status == "approved"


@pytest.mark.parametrize(
    ("removals", "managed", "concerns"),
    [
        (50, 1000, []),
        (51, 2000, ["many_removals"]),
        (51, 1000, ["many_removals", "large_share_of_removals"]),
        (20, 400, []),
        (21, 400, ["large_share_of_removals"]),
    ],
)
def test_removals_over_a_limit_wait_for_a_person(
    engine: Engine, removals: int, managed: int, concerns: list[str]
) -> None:
    made = change_set(engine, managed=managed, provisioned=managed)
    lose(engine, made, range(1, removals + 1))
    found = assess(engine, made, SETTINGS)
    assert [concern.code for concern in found.concerns] == concerns
    assert read_change_set(engine, made).decided_by == "guard"
    if not concerns:
        assert found.questions == ()
        return
    [question] = found.questions
    asked = read_change_set(engine, question)
    assert (asked.status, asked.split_from, asked.removals, asked.concerns) == (
        "planned", made, removals, found.concerns,
    )  # fmt: skip
    assert read_change_set(engine, made).operations == 0
    assert assess(engine, made, SETTINGS).questions == (question,), "a second try asks the same"
    body = change_set_report(engine, question)
    assert_readable(body, engine)
    assert f"{removals} planos de clientes perderiam um serviço" in body


def test_small_runs_do_not_pass_beneath_the_limit(engine: Engine) -> None:
    first, second, third = (change_set(engine, managed=2000, provisioned=2000) for _ in range(3))
    lose(engine, first, range(1, 31))
    lose(engine, second, range(31, 51))
    lose(engine, third, range(51, 52))
    assert assess(engine, first, SETTINGS).concerns == ()
    assert assess(engine, second, SETTINGS).concerns == ()
    [concern] = assess(engine, third, SETTINGS).concerns
    assert concern.parameters == {"removals": 1, "recent": 50, "limit": 50}
    with as_owner(engine).begin() as connection:
        connection.execute(text("alter table reconciliation.change_set disable trigger user"))
        connection.execute(
            text("update reconciliation.change_set set decided_at = now() - interval '25 hours' where id = :id"),
            {"id": first},
        )
    later = change_set(engine, managed=2000, provisioned=2000)
    lose(engine, later, range(51, 52))
    assert assess(engine, later, SETTINGS).concerns == ()


def test_leave_to_remove_is_no_leave_for_anything_else_and_counts_for_nothing_later(engine: Engine) -> None:
    made = change_set(engine)
    lose(engine, made, range(1, 901))
    assert assess(engine, made, SETTINGS, allow_removals=True).concerns == ()
    assert read_change_set(engine, made).decided_by == "allow_removals"
    after = change_set(engine)
    lose(engine, after, [7777])
    assert assess(engine, after, SETTINGS).concerns == ()
    with pytest.raises(SourceShrunken):
        assess(engine, change_set(engine, managed=10), SETTINGS, allow_removals=True)


def test_a_plan_with_nothing_to_do_is_finished(engine: Engine) -> None:
    made = change_set(engine, operations=0, client_plans=0)
    assert assess(engine, made, SETTINGS).concerns == ()
    assert read_change_set(engine, made).status == "verified"


def test_a_persons_word_is_kept_and_not_taken_back(engine: Engine) -> None:
    made = change_set(engine)
    record_decision(engine, made, approved=False, by="ana", at=NOON)
    record_decision(engine, made, approved=False, by="ana", at=NOON)
    for approved, by in ((True, "ana"), (False, "rui")):
        with pytest.raises(NotApproved, match=f"Change set {made} is rejected .decided by ana."):
            record_decision(engine, made, approved=approved, by=by, at=NOON)
    assert assess(engine, made, SETTINGS).concerns == ()
    with engine.connect() as connection:
        row = connection.execute(text(f"select * from reconciliation.change_set where id = {made}")).one()  # noqa: S608
    assert (row.status, row.decided_by, row.decided_at) == ("rejected", "ana", NOON)


def test_an_answer_is_no_answer_on_another_change_set_of_the_same_number(engine: Engine) -> None:
    """Which a database has that was restored to before the question, and made another one since."""
    made = change_set(engine)
    asked_of = read_change_set(engine, made).created_at
    with pytest.raises(NotApproved, match="not the one that was asked about.*Nothing was written"):
        record_decision(engine, made, approved=True, by="ana", at=NOON, made_at=asked_of - timedelta(hours=3))
    assert read_change_set(engine, made).status == "planned"
    record_decision(engine, made, approved=True, by="ana", at=NOON, made_at=asked_of)
    assert read_change_set(engine, made).status == "approved"


@pytest.mark.parametrize("status", ["planned", "rejected", "superseded"])
def test_what_nobody_approved_is_not_applied(engine: Engine, status: str) -> None:
    made = change_set(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update reconciliation.change_set set status = :status, decided_by = 'ana', decided_at = now() "
                 "where id = :id"), {"status": status, "id": made}
        )  # fmt: skip
    with pytest.raises(NotApproved, match=rf"Change set {made} is {status}.*Nothing was sent"):
        list_batches(engine, made, SETTINGS, "rest")


def test_a_plan_whose_keys_may_be_forgotten_is_not_applied(engine: Engine) -> None:
    made = change_set(engine)
    assess(engine, made, SETTINGS)
    with as_owner(engine).begin() as connection:
        connection.execute(text("update reconciliation.change_set set created_at = now() - interval '21 hours'"))
    with pytest.raises(ChangeSetTooOld, match="Trigger a new run"):
        list_batches(engine, made, SETTINGS, "rest")


# The whole way, as the DAGs go it: an hourly run, a question, an answer, and the run that follows.


class Hour:
    """An hourly reconciliation."""

    def __init__(self, house: House) -> None:
        self.change_set = house.make_change_set()
        self.found = assess(house.engine, self.change_set, house.settings)
        self.done: Counter[str] = Counter()
        if read_change_set(house.engine, self.change_set).operations:
            self.done = house.apply(self.change_set)
            verify_change_set(house.engine, house.client(), self.change_set)
        self.asked = []
        for question in self.found.questions:
            if start_question(house.engine, question) is not None:
                self.asked.append(question)


def suspend(house: House, *plans: int) -> None:
    house.run("update erp.client_plan set status = 'suspended' where id = any(:plans)", plans=list(plans))


def statuses(house: House, *plans: int) -> set[str]:
    return {house.subscriber(plan).status for plan in plans}


def answer(house: House, question: int, *, approved: bool) -> None:
    record_decision(house.engine, question, approved=approved, by="ana", at=datetime.now(UTC))


def waiting(house: House, question: int) -> set[int]:
    rows = house.run("select distinct client_plan_id from reconciliation.operation where change_set_id = :id",
                     id=question)  # fmt: skip
    return {row[0] for row in rows}


@pytest.fixture
def active(provisioned: House) -> list[int]:
    rows = provisioned.run("select id from erp.client_plan where id = any(:served) and status = 'active' order by id",
                           served=provisioned.served())  # fmt: skip
    return [row.id for row in rows]


def test_all_others_are_served_while_many_removals_wait_and_are_carried_out_once_approved(
    provisioned: House, active: list[int]
) -> None:
    leaving, renamed = active[:6], active[6:]
    suspend(provisioned, *leaving)
    provisioned.run("update erp.client set name = name || ' Neto'")
    hour = Hour(provisioned)
    [question] = hour.asked
    assert waiting(provisioned, question) == set(leaving)
    assert statuses(provisioned, *leaving) == {"ACTIVE"}
    assert all(provisioned.subscriber(plan).last_name.endswith("Neto") for plan in renamed)
    report = outcome_report(provisioned.engine, hour.change_set)
    assert "6 planos de clientes esperam pela resposta de uma pessoa" in report
    assert ", 0 sem explicação." in report
    assert_readable(report, provisioned.engine)
    answer(provisioned, question, approved=True)
    assert Hour(provisioned).asked == []
    assert statuses(provisioned, *leaving) == {"SUSPENDED"}
    assert provisioned.operations(provisioned.make_change_set()) == []
    told = approval_report(provisioned.engine, question)
    assert "| suspender assinante | aplicada | 6 | 6 |" in unpadded(told)
    assert_readable(told, provisioned.engine)


def test_an_approval_is_used_once(provisioned: House, active: list[int]) -> None:
    leaving = active[:6]
    suspend(provisioned, *leaving)
    [question] = Hour(provisioned).asked
    answer(provisioned, question, approved=True)
    Hour(provisioned)
    provisioned.run("update erp.client_plan set status = 'active' where id = any(:plans)", plans=leaving)
    Hour(provisioned)
    assert statuses(provisioned, *leaving) == {"ACTIVE"}
    suspend(provisioned, *leaving)
    [again] = Hour(provisioned).asked
    assert waiting(provisioned, again) == set(leaving)
    assert statuses(provisioned, *leaving) == {"ACTIVE"}


def test_what_the_platform_refused_is_still_approved(provisioned: House, active: list[int]) -> None:
    leaving = active[:6]
    suspend(provisioned, *leaving)
    [question] = Hour(provisioned).asked
    answer(provisioned, question, approved=True)
    change_set = provisioned.make_change_set()
    assess(provisioned.engine, change_set, provisioned.settings)
    provisioned.run("update reconciliation.operation set status = 'rejected', outcome_code = 'refused_by_platform', "
                    "done_at = now() where change_set_id = :id and status = 'planned'", id=change_set)  # fmt: skip
    assert Hour(provisioned).asked == []
    assert statuses(provisioned, *leaving) == {"SUSPENDED"}


def test_what_was_approved_does_not_count_once_the_approval_is_past(provisioned: House, active: list[int]) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    answer(provisioned, question, approved=True)
    assert Hour(provisioned).asked == []
    with as_owner(provisioned.engine).begin() as connection:
        connection.execute(text("alter table reconciliation.change_set disable trigger user"))
        connection.execute(
            text("update reconciliation.change_set set decided_at = now() - interval '24 hours 10 minutes' "
                 "where id = :question"), {"question": question}
        )  # fmt: skip
        connection.execute(
            text("update reconciliation.change_set set decided_at = now() - interval '23 hours 50 minutes' "
                 "where split_from is null and id > :question"), {"question": question}
        )  # fmt: skip
    suspend(provisioned, active[7])
    assert Hour(provisioned).asked == []
    assert statuses(provisioned, active[7]) == {"SUSPENDED"}


def test_a_client_plan_that_is_sold_again_meanwhile_keeps_its_tv(provisioned: House, active: list[int]) -> None:
    leaving = active[:6]
    back, *gone = leaving
    suspend(provisioned, *leaving)
    [question] = Hour(provisioned).asked
    provisioned.run("update erp.client_plan set status = 'active' where id = :plan", plan=back)
    answer(provisioned, question, approved=True)
    Hour(provisioned)
    assert statuses(provisioned, back) == {"ACTIVE"}
    assert statuses(provisioned, *gone) == {"SUSPENDED"}
    assert "| não é mais necessária |" in unpadded(approval_report(provisioned.engine, question))


def test_what_was_not_approved_does_not_pass_with_it(provisioned: House, active: list[int]) -> None:
    approved, more = active[:6], active[6:12]
    suspend(provisioned, *approved)
    [question] = Hour(provisioned).asked
    suspend(provisioned, *more)
    answer(provisioned, question, approved=True)
    [next_question] = Hour(provisioned).asked
    assert waiting(provisioned, next_question) == set(more)
    assert statuses(provisioned, *approved) == {"SUSPENDED"}
    assert statuses(provisioned, *more) == {"ACTIVE"}


def test_an_open_question_is_asked_once_and_replaced_by_one_that_asks_what_is_new_too(
    provisioned: House, active: list[int]
) -> None:
    suspend(provisioned, *active[:6])
    [first] = Hour(provisioned).asked
    assert Hour(provisioned).found.questions == ()
    suspend(provisioned, active[6])
    hour = Hour(provisioned)
    [second] = hour.asked
    assert hour.found.questions == (first, second), "the first one is ended"
    assert waiting(provisioned, second) == set(active[:7])
    with pytest.raises(NotApproved, match="newer question"):
        answer(provisioned, first, approved=True)
    [(since, first_since)] = provisioned.run(
        "select b.waiting_since, a.waiting_since from reconciliation.change_set as a, reconciliation.change_set as b "
        "where a.id = :first and b.id = :second", first=first, second=second,
    )  # fmt: skip
    assert since == first_since, "the time for an answer does not begin anew"
    assert Hour(provisioned).found.questions == ()


def test_a_question_of_which_nothing_is_left_is_ended(provisioned: House, active: list[int]) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    provisioned.run("update erp.client_plan set status = 'active' where id = any(:plans)", plans=active[:6])
    hour = Hour(provisioned)
    assert (hour.found.questions, hour.asked) == ((question,), [])
    assert Hour(provisioned).found.questions == ()


def test_a_question_that_could_not_be_asked_is_asked_by_the_next_run(provisioned: House, active: list[int]) -> None:
    suspend(provisioned, *active[:6])
    unasked = assess(provisioned.engine, provisioned.make_change_set(), provisioned.settings).questions
    assert Hour(provisioned).asked == list(unasked)


def test_what_a_person_rejected_is_not_asked_again_for_a_day_nor_in_the_way_of_others(
    provisioned: House, active: list[int]
) -> None:
    rejected, other = active[:6], active[6]
    suspend(provisioned, *rejected)
    [question] = Hour(provisioned).asked
    answer(provisioned, question, approved=False)
    suspend(provisioned, other)
    hour = Hour(provisioned)
    assert hour.found == Assessment((), ())
    assert statuses(provisioned, *rejected) == {"ACTIVE"}
    assert statuses(provisioned, other) == {"SUSPENDED"}
    assert "6 planos de clientes ficam como está" in outcome_report(provisioned.engine, hour.change_set)


def test_a_question_that_nobody_answered_is_asked_again(provisioned: House, active: list[int]) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    record_decision(provisioned.engine, question, approved=False, by=NOBODY, at=datetime.now(UTC))
    [again] = Hour(provisioned).asked
    assert again > question
    assert statuses(provisioned, *active[:6]) == {"ACTIVE"}


def test_a_question_whose_run_died_is_asked_again_when_its_time_has_passed(
    provisioned: House, active: list[int]
) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    with as_owner(provisioned.engine).begin() as connection:
        connection.execute(text("update reconciliation.change_set set waiting_since = now() - interval '10 hours' "
                                "where split_from is not null"))  # fmt: skip
    [again] = Hour(provisioned).asked
    assert again > question


def airflow(**states: str | None) -> SimpleNamespace:
    """A running task that knows the states of `ask`, by run."""

    def get_task_states(dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict[str, dict[str, str | None]]:
        assert (dag_id, task_ids) == ("tv_reconciliation_approval", ["ask"])
        return {run: {"ask": states[run]} for run in run_ids if run in states}

    return SimpleNamespace(get_task_states=get_task_states)


@pytest.mark.parametrize("state", ["deleted", "failed", "skipped"])
def test_a_question_whose_run_was_deleted_or_ended_is_asked_anew_by_the_next_run(
    provisioned: House, active: list[int], state: str
) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    for waits in ("awaiting_input", "deferred", "queued", None):
        ask_lost_anew(provisioned.engine, airflow(**{f"change_set_{question}": waits}))
        assert Hour(provisioned).asked == []
    ask_lost_anew(provisioned.engine, airflow(**({} if state == "deleted" else {f"change_set_{question}": state})))
    assert Hour(provisioned).asked == [question]
    assert waiting(provisioned, question) == set(active[:6])
    answer(provisioned, question, approved=True)
    ask_lost_anew(provisioned.engine, airflow())
    assert Hour(provisioned).asked == []
    assert statuses(provisioned, *active[:6]) == {"SUSPENDED"}


def test_a_rejection_fails_its_run_and_again_when_that_is_cleared(
    provisioned: House, active: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    monkeypatch.setattr(operators, "task_engine", lambda: provisioned.engine)
    with DAG("d", schedule=None):
        ask = operators.AskForApproval(task_id="ask", change_set=str(question))
    context = cast("Context", {"ti": SimpleNamespace(task_id="ask", xcom_pull=lambda **_: None), "task": ask})
    event = {"chosen_options": [ask.REJECT], "responded_by_user": {"id": "1", "name": "ana"}}
    with pytest.raises(RemovalsRejected, match="rejected by ana. Nothing of it was written"):
        ask.execute_complete(context, event)
    assert read_change_set(provisioned.engine, question).status == "rejected"
    with pytest.raises(RemovalsRejected):
        ask.execute(context)
    assert statuses(provisioned, *active[:6]) == {"ACTIVE"}


def with_point(house: House, active: list[int]) -> list[Any]:
    rows: list[Any] = house.run("select client_plan_id as plan, min(id) as point, min(mac) as mac from "
                     "tv.client_point where client_plan_id = any(:plans) and removed_on is null and added_on <= :today "
                     "group by client_plan_id having count(*) = 1 order by 1", plans=active, today=TODAY)  # fmt: skip
    return rows


def test_who_waits_for_a_device_of_one_that_is_held_gets_all_but_the_device(
    provisioned: House, active: list[int]
) -> None:
    (old, point, mac), *_ = with_point(provisioned, active)
    leaving = [old, *(plan for plan in active if plan != old)][:6]
    buyer = 999_999
    provisioned.run("update tv.client_point set removed_on = :today where client_plan_id = any(:plans) and removed_on "
                    "is null", plans=leaving, today=TODAY)  # fmt: skip
    suspend(provisioned, *leaving)
    provisioned.run("insert into erp.client_plan select :buyer, client_id, service_plan_id, 'active', 10, "
                    "'2026-01-01', null from erp.client_plan where id = :plan", buyer=buyer, plan=old)  # fmt: skip
    provisioned.run("insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) select "
                    ":buyer, mac, serial, device_type, label, :today from tv.client_point where id = :point",
                    buyer=buyer, point=point, today=TODAY)  # fmt: skip
    hour = Hour(provisioned)
    [question] = hour.asked
    served = provisioned.subscriber(buyer)
    assert (served.status, served.devices) == ("ACTIVE", ())
    assert served.services
    assert (buyer, "add_device", mac) in provisioned.operations(question)
    assert hour.done["rejected"] == 0
    answer(provisioned, question, approved=True)
    Hour(provisioned)
    assert [device.mac for device in provisioned.subscriber(buyer).devices] == [mac]
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_who_waits_for_a_device_goes_on_waiting_although_somebody_else_changed_its_subscriber(
    provisioned: House, active: list[int]
) -> None:
    (holder, _, mac), (taker, *_), *_ = with_point(provisioned, active)
    provisioned.run("delete from tv.client_point where client_plan_id = :plan", plan=holder)
    provisioned.run("insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) select "
                    "client_plan_id, :mac, 'S', device_type, 'Quarto', added_on from tv.client_point where "
                    "client_plan_id = :plan limit 1", plan=taker, mac=mac)  # fmt: skip
    suspend(provisioned, *[plan for plan in active if plan not in (holder, taker)][:6])
    provisioned.run("update erp.client set name = name || ' Neto'")
    change_set = provisioned.make_change_set()
    assert assess(provisioned.engine, change_set, provisioned.settings).concerns
    with provisioned.client() as client:
        known = client.subscriber(uid_of(provisioned, taker))
        client.change_subscriber(known.uid, known.version, first_name="Outra", idempotency_key="por fora")
    before = len(provisioned.writes())
    provisioned.apply(change_set)
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    assert provisioned.subscriber(taker).last_name.endswith("Neto")
    assert [method for method, path in provisioned.writes()[before:] if mac in path] == []
    codes = provisioned.run("select outcome_code from reconciliation.operation where change_set_id = :id and "
                            "client_plan_id = :plan and target = :mac", id=change_set, plan=taker, mac=mac)  # fmt: skip
    assert codes == [("waits_for_person",)]


def test_who_gives_a_device_away_for_one_that_is_held_waits_whole(provisioned: House, active: list[int]) -> None:
    (old, _, mac), (swapper, _, own_mac), (third, _, _), *_ = with_point(provisioned, active)
    leaving = [old, *(plan for plan in active if plan not in (old, swapper, third))][:6]
    provisioned.run("delete from tv.client_point where client_plan_id = any(:plans)", plans=[*leaving, swapper, third])
    suspend(provisioned, *leaving)
    for plan, wanted in ((swapper, mac), (third, own_mac)):
        provisioned.run("insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
                        "values (:plan, :mac, 'S', 'stb-linux', 'Sala', '2026-01-01')",
                        plan=plan, mac=wanted)  # fmt: skip
    [question] = Hour(provisioned).asked
    assert waiting(provisioned, question) == {*leaving, swapper, third}
    assert [device.mac for device in provisioned.subscriber(swapper).devices] == [own_mac]
    answer(provisioned, question, approved=True)
    Hour(provisioned)
    assert [device.mac for device in provisioned.subscriber(swapper).devices] == [mac]
    assert [device.mac for device in provisioned.subscriber(third).devices] == [own_mac]


def test_an_erp_whose_numbers_are_all_new_creates_nobody_anew(provisioned: House) -> None:
    provisioned.run("update erp.client_plan set id = id + 1000000")
    with pytest.raises(SourceShrunken, match="contracts_are_gone"):
        Hour(provisioned)
    provisioned.sandbox.admin("POST", "/admin/reset")
    with pytest.raises(SourceShrunken, match="nearly_all_new"):
        Hour(provisioned)
    assert provisioned.writes() == []


def test_a_platform_that_was_emptied_stops_the_run(provisioned: House) -> None:
    provisioned.sandbox.admin("POST", "/admin/reset")
    with pytest.raises(SourceShrunken, match="fewer_subscribers"):
        Hour(provisioned)
    assert provisioned.writes() == []


def test_a_run_for_one_client_plan_leaves_an_open_question_alone(provisioned: House, active: list[int]) -> None:
    suspend(provisioned, *active[:6])
    [question] = Hour(provisioned).asked
    only = provisioned.make_change_set(active[0])
    assert assess(provisioned.engine, only, provisioned.settings).questions == ()
    provisioned.apply(only)
    assert statuses(provisioned, active[0]) == {"SUSPENDED"}
    assert read_change_set(provisioned.engine, question).status == "planned"
    answer(provisioned, question, approved=True)
    Hour(provisioned)
    assert statuses(provisioned, *active[:6]) == {"SUSPENDED"}


def a_quarter(house: House) -> tuple[list[int], list[int]]:
    """More than a quarter of the client plans that are served, and the others; all get a new name."""
    served = house.served()
    house.run("update erp.client set name = name || ' Neto'")
    many = len(served) // 4 + 1
    return served[:many], served[many:]


def renamed(house: House, plans: list[int]) -> bool:
    return all(house.subscriber(plan).last_name.endswith("Neto") for plan in plans)


@pytest.mark.parametrize("odd", [{"status": "BLOCKED"}, {"external_id": "trocado"}], ids=str)
def test_many_parked_subscribers_are_no_shrunken_platform(provisioned: House, odd: dict[str, str]) -> None:
    parked, others = a_quarter(provisioned)
    for plan in parked:
        edit(provisioned, uid_of(provisioned, plan), **odd)
    assert Hour(provisioned).done["applied"] == len(others)
    assert renamed(provisioned, others)


@pytest.mark.parametrize("edited", [False, True])
def test_many_parked_contracts_are_no_shrunken_erp(with_views: House, edited: bool) -> None:
    parked, others = a_quarter(with_views)
    with_views.run("update erp.client_plan set status = 'bloqueado' where id = any(:plans)", plans=parked)
    if edited:
        for plan in parked:
            edit(with_views, uid_of(with_views, plan), external_id="trocado")
    Hour(with_views)
    assert renamed(with_views, others)


def test_many_cancellations_are_asked_about_and_are_no_shrunken_erp(provisioned: House) -> None:
    gone, others = a_quarter(provisioned)
    provisioned.run("update erp.client_plan set status = 'cancelled' where id = any(:plans)", plans=gone)
    [question] = Hour(provisioned).asked
    assert waiting(provisioned, question) == set(gone)
    assert renamed(provisioned, others)
    assert Hour(provisioned).found.questions == ()


def test_an_erp_that_shrinks_by_the_contracts_that_were_ended_before_is_shrunken(provisioned: House) -> None:
    gone, others = a_quarter(provisioned)
    provisioned.run("update erp.client_plan set status = 'cancelled' where id = any(:plans)", plans=gone)
    provisioned.reconcile()
    provisioned.run("delete from erp.client_plan where id = any(:plans)", plans=others[: len(others) // 4 + 1])
    with pytest.raises(SourceShrunken, match="fewer_client_plans"):
        Hour(provisioned)
