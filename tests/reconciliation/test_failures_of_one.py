"""A client plan on which the platform always fails stops only itself; a platform that fails as a whole stops all."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from multitv.beenius.errors import PlatformUnavailable, TokenRefused
from multitv.reconciliation.circuit_breaker import CLIENT_PLANS, FAILURES, CircuitBreaker
from multitv.reconciliation.execution import Operation, OperationResult
from multitv.reconciliation.report import outcome_report
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House
from tests.support.report_text import unpadded

ALWAYS: list[tuple[str, dict[str, Any], str]] = [
    ("refused", {"status": 403}, "refused_by_platform"),
    ("refused", {"status": 403, "code": "SUBSCRIBER_BLOCKED"}, "refused_by_platform"),
    ("refused", {"status": 410, "code": "GONE"}, "refused_by_platform"),
    ("refused", {"status": 413, "code": "TOO_LARGE"}, "refused_by_platform"),
    ("refused", {"status": 423, "code": "LOCKED"}, "refused_by_platform"),
    ("server-error", {"status": 500}, "platform_did_not_answer"),
    ("server-error", {"status": 500, "executed": True}, "platform_did_not_answer"),
    ("not-json", {"status": 404}, "platform_did_not_answer"),
    ("dropped", {}, "platform_did_not_answer"),
]


@pytest.fixture
def house(house: House) -> House:
    return impatient(house)


@pytest.fixture
def provisioned(provisioned: House) -> House:
    return impatient(provisioned)


def impatient(house: House) -> House:
    return replace(house, retry_policy=replace(house.retry_policy, tries=2))


def failed(house: House, change_set: int) -> list[tuple[Any, ...]]:
    """What was sent and rejected; the demo has a service that is not even tried."""
    return [row for row in house.rejected(change_set) if row[3] != "service_is_inactive"]


@pytest.mark.parametrize(("kind", "spec", "code"), ALWAYS)
def test_one_client_plan_that_always_fails_is_rejected_by_name_and_the_others_are_served(
    provisioned: House, kind: str, spec: dict[str, Any], code: str
) -> None:
    [poison, *others] = provisioned.served()
    uid = provisioned.subscriber(poison).uid
    change_set = provisioned.rename_all()
    provisioned.fault(kind, method="PATCH", path=f"/subscribers/{uid}$", **spec)
    done = provisioned.apply(change_set)
    assert done == {"applied": len(others), "rejected": 1}
    assert [(row[0], row[3]) for row in failed(provisioned, change_set)] == [(poison, code)]
    [(said,)] = provisioned.run("select outcome from reconciliation.operation where change_set_id = :id and "
                                "outcome_code = :code", id=change_set, code=code)  # fmt: skip
    assert f"Client plan {poison}, update: the next reconciliation tries it again" in said
    assert "clear this task" not in said
    provisioned.no_faults()
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    assert f"| 1 | 1 | {poison} |" in unpadded(outcome_report(provisioned.engine, change_set))
    provisioned.reconcile()
    assert provisioned.subscriber(poison).last_name.endswith("Neto")


def test_a_client_plan_that_cannot_be_created_is_rejected_whole(house: House) -> None:
    change_set = house.make_change_set()
    house.approve(change_set)
    # The answer to the creation is lost, and so are those to its repetitions.
    house.fault("server-error", method="POST", path="/subscribers$", times=2, status=500)
    house.settings = house.settings.model_copy(update={"beenius_concurrency": 1})
    house.apply(change_set)
    rejected = failed(house, change_set)
    assert {row[0] for row in rejected} == {house.served()[0]}
    assert {row[3] for row in rejected} == {"platform_did_not_answer", "subscriber_not_created"}
    verify_change_set(house.engine, house.client(), change_set)
    house.reconcile()
    assert house.operations(house.make_change_set()) == []


def test_a_platform_that_refuses_everybody_stops_the_batch_and_gives_nothing_up(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    provisioned.fault("refused", method="PATCH", status=403)
    with pytest.raises(PlatformUnavailable, match=r"client plans \d+, .*and none succeeded.*clear this task"):
        provisioned.apply(change_set)
    asked = len(provisioned.sandbox.admin("GET", "/admin/requests?method=PATCH"))
    assert FAILURES <= asked < FAILURES + 2 * provisioned.settings.beenius_concurrency
    assert failed(provisioned, change_set) == []
    provisioned.no_faults()
    assert provisioned.apply(change_set) == {"applied": len(provisioned.served()), "rejected": 0}
    verify_change_set(provisioned.engine, provisioned.client(), change_set)


def test_an_answer_that_comes_late_gives_nothing_up_for_a_platform_that_went_down(provisioned: House) -> None:
    [slow, *_] = provisioned.served()
    change_set = provisioned.rename_all()
    uid = provisioned.subscriber(slow).uid
    provisioned.fault("latency", method="PATCH", path=f"/{uid}$", seconds=0.5)
    provisioned.fault("refused", method="PATCH", path=f"/subscribers/(?!{uid}$)", status=403)
    with pytest.raises(PlatformUnavailable):
        provisioned.apply(change_set)
    assert failed(provisioned, change_set) == []
    provisioned.no_faults()
    assert provisioned.apply(change_set) == {"applied": len(provisioned.served()) - 1, "rejected": 0}


def test_a_refused_token_stops_the_batch_at_once(provisioned: House) -> None:
    change_set = provisioned.rename_all()
    provisioned.fault("refused", method="PATCH", status=401, code="TOKEN_EXPIRED")
    with pytest.raises(TokenRefused):
        provisioned.apply(change_set)
    assert failed(provisioned, change_set) == []


def result(client_plan: int, *, doubtful: bool = True, sent: bool = True) -> OperationResult:
    operation = Operation(client_plan, 1, "update", "u", 1, None, None, None, uuid4(), 0, False)
    return OperationResult(operation, "rejected", "x", f"note of {client_plan}.", doubtful=doubtful, sent=sent)


def test_failures_of_fewer_client_plans_are_not_the_platform() -> None:
    breaker = CircuitBreaker()
    kept = [result(number % (CLIENT_PLANS - 1)) for number in range(3 * FAILURES)]
    assert [breaker.take(one, monotonic()) for one in kept] == [[]] * len(kept)
    assert breaker.release() == kept
    assert breaker.release() == []


def test_the_failure_that_completes_the_row_stops_and_one_success_begins_it_anew() -> None:
    breaker = CircuitBreaker()
    for number in range(FAILURES - 1):
        breaker.take(result(number), monotonic())
    # What was not even sent says nothing of the platform.
    assert breaker.take(result(0, sent=False), monotonic()) == []
    success = result(7, doubtful=False)
    assert len(breaker.take(success, monotonic())) == FAILURES + 1
    for number in range(FAILURES - 1):
        assert breaker.take(result(number), monotonic()) == []
    with pytest.raises(PlatformUnavailable, match="client plans 0, 1, 2, 3, 4 and others.*note of 19"):
        breaker.take(result(FAILURES - 1), monotonic())


def test_an_answer_to_what_was_sent_before_a_failure_does_not_give_the_failure_up() -> None:
    breaker = CircuitBreaker()
    began = monotonic()
    first, second = result(1), result(2)
    breaker.take(first, monotonic())
    between = monotonic()
    breaker.take(second, monotonic())
    success = result(7, doubtful=False)
    assert breaker.take(success, began) == [success]
    assert breaker.take(success, between) == [first, success]
    # A concurrent change is an answer as well.
    assert breaker.release(began) == []
    assert breaker.take(success, monotonic()) == [second, success]
