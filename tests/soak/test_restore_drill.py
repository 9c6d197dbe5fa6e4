"""Both databases are backed up in the middle of everything, and restored elsewhere, each to another moment.

The platform and the ERP are then ahead of both. What Airflow remembers goes on, people trigger what it does not, and
nobody is charged, provisioned or changed twice.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from multitv.backup.client import Client
from multitv.backup.dump import AIRFLOW, ISP, make_backup
from multitv.backup.fingerprints import fingerprints_of
from multitv.backup.folder import Backup, BackupFolder
from multitv.backup.manifest import read_manifest
from multitv.backup.restore import fill, finish
from multitv.backup.verify import compare, verify
from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.errors import PermanentError
from multitv.quality import books
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.guard import assess
from multitv.reconciliation.verify import verify_change_set
from tests.support.databases import Database, as_owner, as_pipeline, own_database, own_server
from tests.support.house import House
from tests.support.sandbox import SERVED
from tests.support.settings import SETTINGS, TODAY
from tests.support.size import SOAK

pytestmark = pytest.mark.proof

CLIENT = Client(postgres.programs())
MOMENTS = ("mid-apply", "pending", "settling", "mid-apply again")
# The moment of the ISP's database, that of Airflow's, and whether a person ran `finish` before anything else.
CASES = (
    list(product(MOMENTS, MOMENTS, (True, False)))
    if SOAK > 1
    else [(MOMENTS[0], MOMENTS[3], True), (MOMENTS[3], MOMENTS[1], True)]
)
# What Airflow's tasks may be refused that go on from another moment.
REFUSED = {
    *(f"{step}: {error}" for step in ("apply", "apply again") for error in ("NotApproved", "StagingMissing")),
    *(f"{step}: {error}" for step in ("verify", "verify again") for error in ("NotApproved", "StagingMissing")),
    *(f"settle: {error}" for error in ("ListNeverSaved", "StandardBillingNotClosed")),
}
# Whose sales of later are not on the list that is billed.
OF_OTHER_DUE_DAYS = (
    f"select id from ({SERVED}) as served join erp.client_plan using (id) "  # noqa: S608
    "where status = 'active' and due_day <> :day order by id limit 3"
)
LOSING = {"end_service", "remove_device", "suspend", "deactivate"}
CHARGES = "select client_package_id, due_date, reference_month, amount, status, reversed from billing.event"
POSTINGS = (
    "select client_plan_id, due_date, kind, amount from finance.posting join finance.invoice as i on i.id = invoice_id"
)
# What the ERP did since, and still says after our database is restored.
ERP_SINCE = (
    "update erp.client set name = name || ' Neto' where name not like '% Neto'",
    "update erp.client_plan set client_id = (select min(id) from erp.client) where id in (:moved)",
)


@dataclass
class Airflow(Database):
    """What Airflow remembers: the steps that are done, and the ids that they returned."""

    def does(self, step: str, done: object = None) -> None:
        self.run("insert into step (name, xcom) values (:name, :xcom)", name=step, xcom=done)

    def xcoms(self) -> dict[str, Any]:
        return {row.name: row.xcom for row in self.run("select name, xcom from step")}


@dataclass
class Story:
    """What happened until the databases were lost. `backups` are by their moments."""

    folder: Path
    house: House
    airflow: Airflow
    due: date
    moved: list[int]
    backups: dict[str, Backup] = field(default_factory=dict)
    books: list[Any] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def back_up(self, moment: str) -> None:
        folder = BackupFolder(self.folder / "backups" / moment.replace(" ", "-"))
        addresses = {ISP: as_owner(self.house.engine).url, AIRFLOW: self.airflow.engine.url}
        keys = fingerprints_of(["a key"])
        made = make_backup(folder, addresses, CLIENT, keys, keys, partial(verify, client=CLIENT))
        self.backups[moment] = Backup(made, read_manifest(made))

    def apply_and_back_up_half_way(self, change_set: int, moment: str) -> None:
        before, house = len(self.house.executed()), self.house
        [[planned]] = house.run("select operations from reconciliation.change_set where id = :id", id=change_set)
        assert planned > 20
        house.fault("latency", seconds=0.1)
        with ThreadPoolExecutor(1) as pool:
            applying = pool.submit(house.apply, change_set)
            while len(house.executed()) - before < planned / 2:
                assert not applying.done()
                time.sleep(0.01)
            self.back_up(moment)
            house.no_faults()
            applying.result()

    def play(self) -> None:
        house, airflow, pipeline = self.house, self.airflow, self.house.engine
        first = house.make_change_set()
        house.approve(first)
        airflow.does("plan", first)
        self.apply_and_back_up_half_way(first, MOMENTS[0])
        airflow.does("apply")
        verify_change_set(pipeline, house.client(), first)
        airflow.does("verify")
        tv.save(pipeline, self.due, SETTINGS)
        airflow.does("save")
        self.back_up(MOMENTS[1])
        bill_plans(pipeline, self.due)
        airflow.does("bill plans")
        with held_before_its_commit(pipeline, lambda engine: tv.settle(engine, self.due, SETTINGS)):
            self.back_up(MOMENTS[2])
        airflow.does("settle")
        self.books = books_of(house)
        self.erp_goes_on(house)
        self.sell(house)
        second = house.make_change_set()
        house.approve(second)
        airflow.does("plan again", second)
        self.apply_and_back_up_half_way(second, MOMENTS[3])
        airflow.does("apply again")
        verify_change_set(pipeline, house.client(), second)
        airflow.does("verify again")
        self.ids = [first, second, house.make_change_set()]

    def sell(self, house: House) -> None:
        """Sell a package on the screens, which a database of before knows nothing of, and the platform does."""
        house.run(
            "insert into tv.client_package (client_plan_id, package_id, added_on) "
            "select plan.id, min(package.id), :today from erp.client_plan as plan, tv.package "
            "where plan.id = :plan and extra and active and package.id not in "
            "(select package_id from tv.client_package where client_plan_id = :plan) group by plan.id",
            plan=self.moved[0],
            today=TODAY,
        )

    def erp_goes_on(self, house: House) -> None:
        house.run(ERP_SINCE[0])
        house.run(ERP_SINCE[1].replace(":moved", ", ".join(map(str, self.moved))))


@contextmanager
def held_before_its_commit(pipeline: Engine, step: Callable[[Engine], object]) -> Iterator[None]:
    """Run a step in a thread, and the block while all of it is written and nothing committed."""
    engine, reached, may_commit = create_engine(pipeline.url), Event(), Event()

    def commit(_: Connection) -> None:
        reached.set()
        assert may_commit.wait(60)

    event.listen(engine, "commit", commit)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(step, engine)
        try:
            assert reached.wait(60), running.result()
            yield
        finally:
            may_commit.set()
        running.result()
    engine.dispose()


def books_of(house: House) -> list[Any]:
    return [sorted(map(repr, house.run(statement))) for statement in (CHARGES, POSTINGS)]


def due_date_of(database: Database) -> date:
    """The due date in December with the most packages."""
    [[day]] = database.run(
        "select due_day from erp.client_plan as plan join tv.client_package as sold on sold.client_plan_id = plan.id "
        "where plan.status = 'active' and sold.cancelled_on is null group by due_day order by count(*) desc limit 1"
    )
    return date(2026, 12, day)


@pytest.fixture(scope="module")
def story(server: Server, furnished: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Played once; its platform is stopped, and each test gets a copy of it."""
    folder = tmp_path_factory.mktemp("drill")
    sandbox = Sandbox(folder / "platform")
    sandbox.start()
    try:
        with own_database(server, furnished) as isp, own_database(server) as metadata:
            house, airflow = House(as_pipeline(isp), sandbox), Airflow(metadata)
            airflow.run("create table alembic_version as select 'abc' as version_num")
            airflow.run("create table step (id bigint generated always as identity, name text, xcom bigint)")
            due = due_date_of(house)
            moved = [row.id for row in house.run(OF_OTHER_DUE_DAYS, today=TODAY, day=due.day)]
            played = Story(folder, house, airflow, due, moved)
            played.play()
            sandbox.stop()
            yield played
    finally:
        sandbox.kill()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Server]:
    """Another server, which has nothing but the roles."""
    with own_server() as server:
        yield server


@pytest.fixture(params=CASES, ids=lambda case: f"isp {case[0]}, airflow {case[1]}{'' if case[2] else ', unfinished'}")
def restored(
    request: pytest.FixtureRequest, story: Story, elsewhere: Server, tmp_path: Path
) -> Iterator[tuple[House, Airflow, bool]]:
    """Both databases on another server, each of its moment, and the platform as it was in the end."""
    isp_moment, airflow_moment, finishes = request.param
    shutil.copytree(story.folder / "platform", tmp_path / "platform")
    sandbox = replace(story.house.sandbox, state=tmp_path / "platform", port=0, process=None)
    sandbox.start()
    with own_database(elsewhere) as isp, own_database(elsewhere) as metadata:
        for name, moment, engine in ((ISP, isp_moment, isp), (AIRFLOW, airflow_moment, metadata)):
            backup = story.backups[moment]
            verify(backup, CLIENT)
            fill(backup, name, engine.url, CLIENT)
            compare(backup, name, engine.url)
        yield replace(story.house, engine=as_pipeline(isp), sandbox=sandbox), Airflow(metadata), finishes
    sandbox.kill()


def go_on(story: Story, house: House, airflow: Airflow) -> list[str]:
    """Do what Airflow has not done, with the ids that it knows, as its tasks would; return what was refused."""
    known = airflow.xcoms()
    runs: tuple[tuple[tuple[str, Callable[[], object]], ...], ...] = (
        (
            ("plan", house.make_change_set),
            ("apply", lambda: house.apply(known["plan"])),
            ("verify", lambda: verify_change_set(house.engine, house.client(), known["plan"])),
        ),
        (("bill plans", lambda: bill_plans(house.engine, story.due)),),
        (
            ("save", lambda: tv.save(house.engine, story.due, SETTINGS)),
            ("settle", lambda: tv.settle(house.engine, story.due, SETTINGS)),
        ),
        (
            ("apply again", lambda: house.apply(known["plan again"])),
            ("verify again", lambda: verify_change_set(house.engine, house.client(), known["plan again"])),
        ),
    )
    refused = []
    for run in runs if "plan again" in known else runs[:3]:
        for step, does in run:
            if step in known:
                continue
            try:
                does()
            except PermanentError as error:
                refused.append(f"{step}: {type(error).__name__}")
                break
    return refused


def reconcile_without_removals(house: House) -> tuple[int, int | None]:
    """Run a reconciliation as the documents have it after a restore; return its change set, and the open question."""
    careful = house.settings.model_copy(update={"reconciliation_max_removals": 0})
    change_set = house.make_change_set()
    assess(house.engine, change_set, careful)
    planned = "select action from reconciliation.operation where change_set_id = :id and status = 'planned'"
    left = [row.action for row in house.run(planned, id=change_set)]
    assert not set(left) & LOSING
    if left:
        house.apply(change_set)
        verify_change_set(house.engine, house.client(), change_set)
    [[question]] = house.run(
        "select max(id) from reconciliation.change_set where split_from is not null and status = 'planned'"
    )
    return change_set, question


def test_both_databases_go_on_from_moments_of_their_own(story: Story, restored: tuple[House, Airflow, bool]) -> None:
    house, airflow, finishes = restored
    assert house.run("select from staging.subscriber union all select from staging.desired_subscriber") == []
    sent = Counter(house.writes())
    sold_before = house.run("select from tv.client_package where added_on = :today", today=TODAY) != []
    if finishes:
        assert finish(as_owner(house.engine)).sequences > 20
    story.erp_goes_on(house)
    refused = go_on(story, house, airflow)
    assert set(refused) <= REFUSED, refused
    if finishes:
        # A change set of before the restore sends nothing more.
        assert Counter(house.writes()) == sent
    # What the documents have people do then: each due date since is billed again, and all client plans are compared.
    tv.save(house.engine, story.due, SETTINGS)
    bill_plans(house.engine, story.due)
    tv.settle(house.engine, story.due, SETTINGS)
    assert books_of(house) == story.books
    # With a limit of no removals a person is asked about what was sold since the backup: the platform has it.
    change_set, question = reconcile_without_removals(house)
    assert change_set > max(story.ids) or not finishes
    held = house.operations(question) if question else []
    lost = [(plan, action) for plan, action, _ in held if action in LOSING]
    assert lost == ([] if sold_before else [(story.moved[0], "end_service")])
    if lost:
        story.sell(house)
        assert reconcile_without_removals(house)[1] is None
        assert read_change_set(house.engine, question or 0).status == "superseded"
    books.check(house.engine, books.BOOKS + books.ONE_FEE, story.due)
    # Of the platform's writes only PINs are made anew: those that the restored database does not know.
    again = Counter(house.writes()) - sent
    assert all(path.endswith("/auth-pin") for _, path in again), again
    assert Counter(house.writes())["POST", ""] == len(house.served())
    for client_plan, pin in house.pins().items():
        uid = house.subscriber(client_plan).uid
        checked = house.sandbox.admin("POST", f"/admin/subscribers/{uid}/pin-check", {"auth_pin": pin})
        assert checked == {"matches": True}, client_plan
    assert set(house.pins()) == set(house.served())
    assert house.operations(house.make_change_set()) == []


def test_without_a_margin_a_number_would_mean_something_else(story: Story, elsewhere: Server) -> None:
    """Airflow knows the second change set; a database of before it gives its number to another one."""
    with own_database(elsewhere) as isp:
        fill(story.backups[MOMENTS[1]], ISP, isp.url, CLIENT)
        database = Database(as_pipeline(isp))
        number = "select nextval(pg_get_serial_sequence('reconciliation.change_set', 'id'))"
        [[given_again]] = database.run(number)
        assert given_again <= max(story.ids)
        finish(isp)
        finish(isp)
        [[new]] = database.run(number)
        assert new > max(story.ids)
