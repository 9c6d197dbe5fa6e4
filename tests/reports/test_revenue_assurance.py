"""Revenue assurance: where what is sold, live and billed disagree, in reais; and what only looks like it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.labels import sentence
from multitv.offer.billing_policy import Policy, set_policy
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.errors import StagingMissing
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.reports import revenue_assurance
from multitv.reports.revenue_assurance import Discrepancy
from tests.support.databases import as_pipeline, as_screens
from tests.support.house import House
from tests.support.isp import Isp
from tests.support.settings import SETTINGS
from tests.support.settings import TODAY as ANCHOR

pytestmark = pytest.mark.slow

TODAY = date(2026, 12, 15)
NEXT_DUE = date(2026, 12, 20)
# Kind, client plan, package, reais a month, reason.
Offender = tuple[str, int, int, Decimal, str]
SOLD, ACTIVE, BILLED = "sold_not_active", "active_not_billed", "billed_not_active"


@dataclass
class World(Isp):
    """An ISP beside a platform that is written down by hand."""

    subscribers: dict[int, tuple[str, list[int]]] = field(default_factory=dict)

    def contract(self, **values: Any) -> int:
        """A client plan that the platform knows, without any extra."""
        plan = self.client_plan(**values)
        self.serve(plan)
        return plan

    def serve(self, client_plan: int, *packages: int, status: str = "ACTIVE") -> None:
        self.subscribers[client_plan] = (status, list(packages))

    def make_change_set(self) -> int:
        """Make a change set of what differs, and take it for applied."""
        self.run("truncate staging.subscriber, staging.subscriber_snapshot")
        for client_plan, (status, packages) in self.subscribers.items():
            self.run(
                "insert into staging.subscriber (client_plan_id, external_id, uid, first_name, last_name, status, "
                "services, devices, version) select :n, :n, 'sub-' || :n, 'Cliente', cast(:n as text), :status, "
                "array(select platform_uid from tv.package where id = any(:packages) order by 1), '{}', 1",
                n=client_plan,
                status=status,
                packages=packages,
            )
        taken = self.run("insert into reconciliation.snapshot (subscribers, hash) select count(*), '' "
                         "from staging.subscriber returning id")[0][0]  # fmt: skip
        self.run("insert into staging.subscriber_snapshot values (:taken)", taken=taken)
        made = make_change_set(self.engine, taken, TODAY)
        self.run("update reconciliation.operation set status = 'applied', done_at = now() where status = 'planned'")
        return made

    def discrepancies(self) -> list[Offender]:
        revenue_assurance.measure(self.engine, self.make_change_set(), TODAY)
        return self.offenders()

    def offenders(self) -> list[Offender]:
        rows = self.run("select kind, client_plan_id, package_id, amount, reason, parameters "
                        "from reports.discrepancy order by client_plan_id, package_id, kind")  # fmt: skip
        return [(*row[:4], sentence(row.reason, row.parameters)) for row in rows]


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(as_pipeline(engine))
    made.offer_plans()
    return made


def reais(amount: str) -> Decimal:
    return Decimal(amount)


def test_what_is_sold_served_and_billed_is_no_discrepancy(world: World) -> None:
    package, plan = world.package(), world.contract()
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill()
    assert world.discrepancies() == []


def test_an_extra_that_is_paid_for_and_not_served_is_both_sold_and_billed_but_not_active(world: World) -> None:
    package, nobody = world.package("29.90"), world.client_plan()
    halted, lacking, gone = (world.contract() for _ in range(3))
    for plan in (nobody, halted, lacking, gone):
        world.sell(plan, package)
    world.sell(lacking, own := world.package("50.00"), "19.90")
    world.serve(halted, package, status="SUSPENDED")
    world.serve(lacking, package)
    world.serve(gone, status="INACTIVE")
    world.bill()
    assert world.discrepancies() == [
        (BILLED, nobody, package, reais("29.90"), "sem assinante na plataforma"),
        (SOLD, nobody, package, reais("29.90"), "sem assinante na plataforma"),
        (BILLED, halted, package, reais("29.90"), "assinante suspenso na plataforma"),
        (SOLD, halted, package, reais("29.90"), "assinante suspenso na plataforma"),
        (BILLED, lacking, own, reais("19.90"), "falta na plataforma"),
        (SOLD, lacking, own, reais("19.90"), "falta na plataforma"),
        (BILLED, gone, package, reais("29.90"), "assinante inativo na plataforma"),
        (SOLD, gone, package, reais("29.90"), "assinante inativo na plataforma"),
    ]


def test_what_is_not_to_be_served_is_not_missing(world: World) -> None:
    package = world.package()
    world.sell(world.contract(status="suspended"), package)
    world.sell(world.contract(service_plan=2), package)
    world.sell(world.contract(cancelled_on=date(2026, 12, 15)), package)
    world.sell(world.contract(activated_on=date(2026, 12, 16)), package)
    world.sell(world.contract(), package, added_on=date(2026, 12, 16))
    world.sell(world.contract(), package, cancelled_on=date(2026, 12, 15))
    world.sell(world.contract(), world.package(active=False))
    world.sell(world.contract(), world.package(extra=False))
    assert world.discrepancies() == []


def test_a_free_extra_that_is_missing_costs_nothing(world: World) -> None:
    package, plan = world.package(None), world.contract()
    world.sell(plan, package, "0.00")
    assert world.discrepancies() == [(SOLD, plan, package, reais("0.00"), "falta na plataforma")]


def test_the_reason_is_what_the_plan_met(world: World) -> None:
    package = world.package("10.00")
    refused, unnamed, waiting, later = world.contract(), world.client_plan(), world.contract(), world.contract()
    second = world.contract()
    world.run("update erp.client set name = ' ' where id = :n", n=unnamed)
    for plan in (refused, unnamed, waiting, second):
        world.sell(plan, package)
    made = world.make_change_set()
    # An outcome is final.
    world.run("alter table reconciliation.operation disable trigger operation_final")
    world.run("update reconciliation.operation set status = 'rejected', outcome_code = 'service_not_found' "
              "where client_plan_id = :n", n=refused)  # fmt: skip
    world.run("update reconciliation.operation set status = 'rejected', outcome_code = 'second_basic_service' "
              "where client_plan_id = :n", n=second)  # fmt: skip
    world.run("update reconciliation.operation set status = 'planned', done_at = null where client_plan_id = :n",
              n=waiting)  # fmt: skip
    world.sell(later, package)
    revenue_assurance.measure(world.engine, made, TODAY)
    assert {plan: reason for _, plan, _, _, reason in world.offenders()} == {
        refused: "a plataforma não conhece este serviço",
        second: "um assinante tem um só serviço básico",
        unnamed: "o ERP não sabe o nome do cliente",
        waiting: "a reconciliação que o ativaria não foi aprovada",
        later: "vendido há pouco: a próxima reconciliação o ativa",
    }


def test_what_nobody_sold_is_active_and_not_billed(world: World) -> None:
    package, never, ended = world.package("39.90"), world.contract(), world.contract()
    world.sell(ended, package, "14.90", added_on=date(2026, 12, 11), cancelled_on=date(2026, 12, 12))
    for plan in (never, ended):
        world.serve(plan, package)
    world.bill()
    assert world.discrepancies() == [
        (ACTIVE, never, package, reais("39.90"), "não vendido"),
        (ACTIVE, ended, package, reais("14.90"), "não vendido desde 12/12/2026"),
    ]


def test_what_comes_with_the_plan_or_belongs_to_nobody_of_ours_is_not_stolen(world: World) -> None:
    package, plan = world.package(), world.contract()
    world.run("update tv.service_plan_setting set package_id = :package where service_plan_id = 1", package=package)
    world.serve(plan, package)
    world.serve(424242, world.package())
    world.serve(world.contract(status="suspended"), package, status="SUSPENDED")
    assert world.discrepancies() == []


def test_the_exclusion_says_why_it_is_not_billed(world: World) -> None:
    unpriced, inactive, free = world.package(None), world.package("15.00", active=False), world.package("0.00")
    plan, suspended = world.contract(), world.contract(status="suspended")
    for package in (unpriced, inactive, free):
        world.sell(plan, package)
    world.serve(plan, unpriced, inactive, free)
    world.sell(suspended, priced := world.package("29.90"))
    world.serve(suspended, priced)
    world.bill()
    assert world.discrepancies() == [
        (ACTIVE, plan, unpriced, reais("0.00"), "sem preço"),
        (ACTIVE, plan, inactive, reais("15.00"), "pacote fora da plataforma"),
        (ACTIVE, suspended, priced, reais("29.90"), "contrato suspenso"),
    ]


def test_who_came_back_after_the_due_date_is_charged_by_the_next(world: World) -> None:
    package, plan = world.package(), world.contract(status="suspended")
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill()
    world.run("update erp.client_plan set status = 'active'")
    assert world.discrepancies() == []


def test_what_is_not_due_yet_is_not_forgotten(world: World) -> None:
    package = world.package()
    new, sold_since, of_another_day = world.contract(activated_on=date(2026, 12, 11)), world.contract(), world.contract(
        due_day=25
    )  # fmt: skip
    world.sell(new, package, added_on=date(2026, 12, 11))
    world.sell(sold_since, package, added_on=date(2026, 12, 11))
    world.sell(of_another_day, package)
    for plan in (new, sold_since, of_another_day):
        world.serve(plan, package)
    world.bill()
    assert world.discrepancies() == []


def test_a_sale_that_was_put_in_after_the_list_was_saved_is_found(world: World) -> None:
    package, plan = world.package("29.90"), world.contract()
    world.serve(plan, package)
    world.bill()
    world.sell(plan, package)
    assert world.discrepancies() == [(ACTIVE, plan, package, reais("29.90"), "fora da lista do vencimento 10/12/2026")]
    world.bill()
    assert world.discrepancies() == []


def test_a_charge_that_a_person_gave_back_is_no_discrepancy(world: World) -> None:
    package, plan = world.package(), world.contract()
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill()
    correct(world.engine, 2026121000000001, "reverse", reason="cortesia", author="Ana")
    assert world.discrepancies() == []


def test_a_due_day_that_moved_within_a_month_was_charged_once(world: World) -> None:
    package, plan = world.package(), world.contract(due_day=5)
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill(date(2026, 12, 5))
    world.bill()
    world.run("update erp.client_plan set due_day = 10")
    assert world.discrepancies() == []
    world.serve(plan)
    assert [kind for kind, *_ in world.discrepancies()] == [BILLED, SOLD]


def test_a_due_day_that_moved_past_the_list_lost_a_month(world: World) -> None:
    package, plan = world.package("29.90"), world.contract(due_day=20)
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill(date(2026, 11, 20))
    world.bill()
    assert world.discrepancies() == []
    world.run("update erp.client_plan set due_day = 10")
    assert world.discrepancies() == [(ACTIVE, plan, package, reais("29.90"), "fora da lista do vencimento 10/12/2026")]


def test_the_thirty_first_is_due_on_a_months_last_day(world: World) -> None:
    package, plan = world.package("29.90"), world.contract(due_day=31)
    world.serve(plan, package)
    world.bill(date(2026, 11, 30))
    world.sell(plan, package)
    assert world.discrepancies() == [(ACTIVE, plan, package, reais("29.90"), "fora da lista do vencimento 30/11/2026")]


def test_what_ended_after_its_due_date_was_rightly_charged(world: World) -> None:
    package = world.package()
    cancelled, suspended, left, without_tv = (world.contract() for _ in range(4))
    for plan in (cancelled, suspended, left, without_tv):
        world.sell(plan, package)
    world.bill()
    world.run("update tv.client_package set cancelled_on = '2026-12-11' where client_plan_id = :n", n=cancelled)
    world.run("update erp.client_plan set status = 'suspended' where id = :n", n=suspended)
    world.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-11' where id = :n", n=left)
    world.run("update erp.client_plan set service_plan_id = 2 where id = :n", n=without_tv)
    assert world.discrepancies() == []


def test_what_ended_before_its_due_date_and_was_charged_is_billed_but_not_active(world: World) -> None:
    package, sale_ended, contract_ended = world.package("29.90"), world.contract(), world.contract()
    for plan in (sale_ended, contract_ended):
        world.sell(plan, package)
    world.bill()
    world.run("update tv.client_package set cancelled_on = '2026-12-10' where client_plan_id = :n", n=sale_ended)
    world.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-09' where id = :n",
              n=contract_ended)  # fmt: skip
    assert world.discrepancies() == [
        (BILLED, sale_ended, package, reais("29.90"), "pacote cancelado em 10/12/2026, antes do que foi cobrado"),
        (BILLED, contract_ended, package, reais("29.90"), "contrato cancelado em 09/12/2026, antes do que foi cobrado"),
    ]


def test_a_pending_charge_counts_unless_its_settlement_will_void_it(world: World) -> None:
    package, kept, ended, to_come = world.package("29.90"), *(world.contract(due_day=20) for _ in range(3))
    for plan in (kept, ended):
        world.sell(plan, package)
    world.sell(to_come, package, added_on=date(2026, 12, 18))
    tv.save(world.engine, NEXT_DUE, SETTINGS)
    world.run("update tv.client_package set cancelled_on = '2026-12-14' where client_plan_id = :n", n=ended)
    assert [row for row in world.discrepancies() if row[0] == BILLED] == [
        (BILLED, kept, package, reais("29.90"), "falta na plataforma")
    ]


def test_a_package_that_the_platform_took_away_is_still_billed(world: World) -> None:
    package, plan = world.package("29.90"), world.contract()
    world.sell(plan, package)
    world.bill()
    world.run("update tv.package set active = false")
    assert world.discrepancies() == [(BILLED, plan, package, reais("29.90"), "a plataforma desativou o pacote")]


def test_an_extra_that_became_part_of_the_plan_is_served(world: World) -> None:
    package, plan = world.package("29.90"), world.contract()
    world.sell(plan, package)
    world.serve(plan, package)
    world.bill()
    world.run("update tv.package set extra = false")
    assert world.discrepancies() == []


def test_a_month_in_arrears_is_owed_by_who_had_the_package_at_its_end(world: World) -> None:
    set_policy(as_screens(world.engine), "Ana", Policy(timing="arrears"))
    package, plan, late = world.package("29.90"), world.contract(), world.contract()
    world.sell(plan, package)
    world.sell(late, package, added_on=date(2026, 12, 3))
    world.serve(late, package)
    world.bill()
    world.run("update tv.client_package set cancelled_on = '2026-12-02' where client_plan_id = :n", n=plan)
    assert world.discrepancies() == []
    world.run("update tv.client_package set cancelled_on = '2026-11-30' where client_plan_id = :n", n=plan)
    assert [row[:4] for row in world.discrepancies()] == [(BILLED, plan, package, reais("29.90"))]


def test_of_a_month_charged_by_its_days_only_the_sale_that_goes_on_is_missed(world: World) -> None:
    set_policy(as_screens(world.engine), "Ana", Policy(proration="daily"))
    package, plan = world.package("31.00"), world.contract()
    world.sell(plan, package, "31.00", added_on=date(2026, 6, 1), cancelled_on=date(2026, 12, 5))
    world.sell(plan, package, "62.00", added_on=date(2026, 12, 5))
    world.bill()
    assert [row[:4] for row in world.discrepancies()] == [
        (BILLED, plan, package, reais("54.00")),
        (SOLD, plan, package, reais("62.00")),
    ]


def test_only_the_drift_of_the_last_plan_is_kept_and_summed_by_kind(world: World) -> None:
    package, plan, other = world.package("29.90"), world.contract(), world.contract()
    for number in (plan, other):
        world.sell(number, package, added_on=date(2026, 12, 11))
    first = world.make_change_set()
    assert revenue_assurance.measure(world.engine, first, TODAY) == {
        SOLD: Discrepancy(2, reais("59.80")),
        ACTIVE: Discrepancy(0, reais("0")),
        BILLED: Discrepancy(0, reais("0")),
    }
    world.serve(other, package)
    second = world.make_change_set()
    assert revenue_assurance.measure(world.engine, second, TODAY)[SOLD] == Discrepancy(1, reais("29.90"))
    assert revenue_assurance.measure(world.engine, second, TODAY)[SOLD] == Discrepancy(1, reais("29.90"))
    assert world.run("select distinct change_set_id from reports.discrepancy") == [(second,)]
    measured = world.run("select change_set_id, seen_at <= measured_at from reports.discrepancy_measured")
    assert measured == [(second, True)]
    with pytest.raises(StagingMissing):
        revenue_assurance.measure(world.engine, first, TODAY)
    assert world.run("select change_set_id from reports.discrepancy_measured") == [(second,)]


def test_a_quiet_hour_is_measured_by_its_own_snapshot_and_an_applied_change_set_by_the_second(
    provisioned: House,
) -> None:
    quiet = provisioned.make_change_set()
    provisioned.approve(quiet)
    assert provisioned.operations(quiet) == []
    before = revenue_assurance.measure(provisioned.engine, quiet, ANCHOR)
    assert before[SOLD].client_plans == 0
    plan, uid = provisioned.run(
        "select client_plan_id, platform_uid from tv.client_package join tv.package on package.id = package_id "
        "join erp.client_plan as p on p.id = client_plan_id join tv.service_plan_setting using (service_plan_id) "
        "where allows_tv and p.status = 'active' and p.cancelled_on is null and activated_on <= :today and added_on "
        "<= :today and client_package.cancelled_on is null and active and extra and service_type like 'EXT%' limit 1",
        today=ANCHOR,
    )[0]
    with provisioned.client() as by_hand:
        by_hand.end_service(provisioned.subscriber(plan).uid, uid, idempotency_key="by hand")
    made = provisioned.make_change_set()
    assert revenue_assurance.measure(provisioned.engine, made, ANCHOR)[SOLD].client_plans == 1
    provisioned.approve(made)
    with pytest.raises(StagingMissing, match="there is no snapshot since"):
        revenue_assurance.measure(provisioned.engine, made, ANCHOR)
    provisioned.apply(made)
    verify_change_set(provisioned.engine, provisioned.client(), made)
    assert revenue_assurance.measure(provisioned.engine, made, ANCHOR) == before
    stage_subscribers(provisioned.engine, provisioned.client())
    with pytest.raises(StagingMissing, match="is no longer in staging"):
        revenue_assurance.measure(provisioned.engine, made, ANCHOR)


def test_a_run_for_one_client_plan_says_nothing_of_all(provisioned: House) -> None:
    made = provisioned.make_change_set(provisioned.served()[0])
    with pytest.raises(StagingMissing, match="not of all client plans"):
        revenue_assurance.measure(provisioned.engine, made, ANCHOR)


def test_services_in_another_spelling_are_no_discrepancy_and_a_parked_subscriber_is_named(provisioned: House) -> None:
    def measured() -> dict[str, Any]:
        made = provisioned.make_change_set()
        provisioned.approve(made)
        assert provisioned.operations(made) == []
        return revenue_assurance.measure(provisioned.engine, made, ANCHOR)

    before = measured()
    provisioned.sandbox.admin("PUT", "/admin/variant", {"upper_case": True, "ends_ahead": True})
    assert measured() == before
    [plan] = provisioned.run(
        "select client_plan_id from tv.client_package join tv.package on package.id = package_id "
        "join erp.client_plan as p on p.id = client_plan_id join tv.service_plan_setting using (service_plan_id) "
        "where allows_tv and p.status = 'active' and p.cancelled_on is null and activated_on <= :today and added_on "
        "<= :today and client_package.cancelled_on is null and active and extra and service_type like 'EXT%' limit 1",
        today=ANCHOR,
    )[0]
    uid = provisioned.subscriber(plan).uid.lower()
    provisioned.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", {"status": "BLOCKED"})
    assert measured()[SOLD].client_plans == 1
    reasons = "select distinct reason from reports.discrepancy where kind = :kind and client_plan_id = :plan"
    assert provisioned.run(reasons, kind=SOLD, plan=plan) == [("subscriber_is_parked",)]
