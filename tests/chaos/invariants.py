"""What has to hold when everything is over: nothing is lost, nothing is double, nothing is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from multitv.alerts.kinds import KINDS
from multitv.alerts.lost import GRACE
from multitv.quality import books
from tests.chaos.scenes_platform import served
from tests.chaos.world import ALERTS, RECONCILIATION, SWEEP, World
from tests.soak.oracle import Oracle, Plan, Sale
from tests.support.sandbox import writes_of

CHANNELS = 2


def check_all(world: World, *, whole: bool) -> list[str]:
    """Return what does not hold, a line for each invariant that is broken; say of each what was looked at.

    Without the end of the month, which not the `whole` story has, the sweep rightly names due dates that nobody billed.
    """
    broken = []
    for invariant in INVARIANTS:
        if invariant is sweep_finds_nothing and not whole:
            continue
        try:
            seen = invariant(world)
        except Exception as error:  # noqa: BLE001, the others are worth looking at
            broken.append(f"{invariant.__name__}: {type(error).__name__}: {str(error)[:1500]}")
        else:
            world.say(f"    {invariant.__doc__}: {seen}")
    return broken


def platform_is_what_was_sold(world: World) -> str:
    """After a full reconciliation the platform has what was sold"""
    world.do(RECONCILIATION)
    world.do(RECONCILIATION)
    [last] = world.isp("select * from reconciliation.change_set where split_from is null and lane = 'full' "
                       "order by id desc limit 1")  # fmt: skip
    assert last.operations == 0, f"{last.operations} operations in change set {last.id}"
    for left in ("reconciliation.parked_client_plan", "reconciliation.parked_subscriber"):
        assert not world.isp(f"select from {left}"), left
    waits = "select from reconciliation.pending_change where change_set_id is null"
    world.until("no pending change", lambda: not world.isp(waits))
    plans = served(world)
    recorded = world.isp("select client_plan_id as id from tv.client_extra_field where name like 'ID%' order by id")
    assert [row.id for row in recorded] == plans, "the recorded subscribers are not those to be served"
    return f"{len(plans)} client plans"


def no_write_twice(world: World) -> str:
    """Every write reached the platform once, by its key and by what it meant"""
    writes = writes_of(world.stack.sandbox)
    keys = Counter(write["idempotency_key"] for write in writes if write["idempotency_key"])
    assert max(keys.values()) == 1, keys.most_common(3)
    rows = world.isp("select idempotency_key, change_set_id, action, target from reconciliation.operation")
    meant_by = {str(row.idempotency_key): (row.change_set_id, row.action, row.target) for row in rows}
    meant = Counter(
        (*meant_by.get(write["idempotency_key"], (None, None, None)), write["method"], write["path"])
        for write in writes
        if write["method"] != "POST"
    )
    assert max(meant.values()) == 1, meant.most_common(3)
    return f"{len(writes)} writes"


def no_subscriber_twice(world: World) -> str:
    """As many subscribers are on the platform as were created"""
    writes = writes_of(world.stack.sandbox)
    created = sum(write["path"].endswith("/subscribers") and write["method"] == "POST" for write in writes)
    there = world.stack.sandbox.admin("GET", "/admin/state")["subscribers"]
    assert created == there, f"{created} subscribers were created, {there} are there"
    return f"{there} subscribers"


def failures_are_known(world: World) -> str:
    """Every task that is failed in Airflow is recorded as a failure, by its try"""
    world.tell()
    failed = world.airflow(
        "select id from task_instance where state = 'failed' and dag_id <> :alerts and end_date < now() - :grace",
        alerts=ALERTS,
        grace=GRACE,
    )
    known = {row.task_instance_id for row in world.isp("select task_instance_id from alerts.failure")}
    assert None not in known, "a callback did not know which try failed"
    assert {row.id for row in failed} <= known, f"{len(failed)} failed, {len(known)} are recorded"
    return f"{len(known)} tries failed, {len(failed)} tasks are failed still"


def due_dates(world: World) -> list[date]:
    return [row.due_date for row in world.isp("select due_date from billing.run where kind = 'tv' order by 1")]


def books_add_up(world: World) -> str:
    """Every due date was billed once, and the books add up"""
    dates = due_dates(world)
    open_runs = world.isp("select due_date, kind, status from billing.run where status <> 'closed'")
    assert not open_runs, open_runs
    books.check_all(world.stack.isp_engine, books.BOOKS, dates)
    charged = Decimal(0)
    for due in dates:
        [expected] = world.isp("select coalesce(sum(charges), 0) as number, coalesce(sum(amount), 0) as amount from "
                               "billing.expectation join billing.run on id = run_id where kind = 'tv' and "
                               "due_date = :due", due=due)  # fmt: skip
        [events] = world.isp("select count(*) as number, coalesce(sum(amount), 0) as amount from billing.event "
                             "where due_date = :due and status = 'processed'", due=due)  # fmt: skip
        [postings] = world.isp(
            "select count(*) as number, coalesce(sum(posting.amount), 0) as amount from finance.posting as posting "
            "join finance.invoice as invoice on invoice.id = posting.invoice_id "
            "where posting.kind = 'tv_package' and invoice.due_date = :due", due=due)  # fmt: skip
        assert tuple(expected) == tuple(events) == tuple(postings), (due, expected, events, postings)
        charged += events.amount
    return f"{len(dates)} due dates, {charged} reais"


def charges_are_those_of_the_oracle(world: World) -> str:
    """A naive calculation apart from all SQL comes to the same charges"""
    oracle = Oracle()
    with_tv = {row.id for row in world.isp("select service_plan_id as id from tv.service_plan_setting where allows_tv")}
    for row in world.isp("select * from erp.client_plan"):
        service_plan = 1 if row.service_plan_id in with_tv else 2
        oracle.plans[row.id] = Plan(service_plan, row.status, row.cancelled_on, row.due_day)
    oracle.packages = {row.id: row.price for row in world.isp("select id, price from tv.package")}
    extras = (
        "select * from tv.client_package where client_plan_id in (select id from erp.client_plan) "
        "and package_id in (select id from tv.package where extra)"
    )
    for row in world.isp(extras):
        oracle.sales[row.id] = Sale(row.client_plan_id, row.package_id, row.price, row.added_on, row.cancelled_on)
    charges = 0
    for due in due_dates(world):
        oracle.save(due)
        wanted = {
            number: charge.amount
            for (number, month), charge in oracle.charges.items()
            if charge.due == due and month == due.replace(day=1)
        }
        found = {
            row.client_package_id: row.amount
            for row in world.isp(
                "select client_package_id, amount from billing.event where due_date = :due and "
                "status = 'processed' and kind = 'charge'",
                due=due,
            )
        }
        assert found == wanted, (due, sorted(set(found.items()) ^ set(wanted.items()))[:6])
        charges += len(wanted)
    return f"{charges} charges"


def sweep_finds_nothing(world: World) -> str:
    """The product's own sweep finds nothing"""
    world.do(SWEEP)
    return "green"


def alerts_are_over(world: World) -> str:
    """Every alert was told by e-mail and webhook, and so was its end"""
    world.expect_none()
    rows = world.isp(
        "select alert.id, alert.kind, alert.key, alert.over_at, count(told.over_told_at) as told from alerts.alert "
        "left join alerts.told on told.alert_id = alert.id group by alert.id order by alert.id"
    )
    left = [tuple(row) for row in rows if row.over_at is None]
    assert not left, f"still open: {left}"
    # What ended before a channel could be told is not told.
    counts = Counter(row.kind for row in rows if row.told == CHANNELS)
    for kind in KINDS:
        for began, ended in world.told.times(kind):
            assert began == ended == counts[kind], f"{kind}: {counts[kind]} alerts, told {began}, ended {ended}"
    return f"{sum(counts.values())} alerts of {len(counts)} kinds"


INVARIANTS: tuple[Callable[[World], str], ...] = (
    platform_is_what_was_sold,
    no_write_twice,
    no_subscriber_twice,
    books_add_up,
    charges_are_those_of_the_oracle,
    sweep_finds_nothing,
    failures_are_known,
    alerts_are_over,
)
