"""A small ISP, the platform over HTTP, and a reconciliation of one with the other as the DAG runs it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine

from include.sandbox.population.seed import seed
from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.transport import RetryPolicy
from multitv.reconciliation.apply import apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.guard import assess
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings
from tests.support.databases import Database
from tests.support.sandbox import HURRY, SERVED, client_of, switch_on, writes_of
from tests.support.settings import TODAY

PERSISTENT = replace(HURRY, tries=6, total_seconds=30)
CLIENTS = 60


@dataclass
class House(Database):
    """An ISP on one side, the platform on the other."""

    sandbox: Sandbox
    settings: Settings = field(
        default_factory=lambda: Settings(
            pin_keys=SecretStr(Fernet.generate_key().decode()), beenius_requests_per_second=100_000
        )
    )
    retry_policy: RetryPolicy = PERSISTENT

    def client(self) -> BeeniusClient:
        return client_of(self.sandbox, retry_policy=self.retry_policy)

    @cached_property
    def _reader(self) -> BeeniusClient:
        """One client for what a test looks up, which asks for a token once."""
        return client_of(self.sandbox, retry_policy=PERSISTENT)

    def make_change_set(self, client_plan: int | None = None, today: date = TODAY) -> int:
        taken = stage_subscribers(self.engine, self.client(), client_plan)
        return make_change_set(self.engine, taken, today, client_plan)

    def approve(self, change_set_id: int) -> None:
        """Approve it whole, whatever is unusual about it."""
        assess(self.engine, change_set_id, self.settings, allow_removals=True, allow_shrink=True)

    def rename_all(self) -> int:
        """Give everybody a new name, and return an approved change set that tells the platform."""
        self.run("update erp.client set name = name || ' Neto'")
        change_set_id = self.make_change_set()
        self.approve(change_set_id)
        return change_set_id

    def apply(self, change_set_id: int) -> Counter[str]:
        done: Counter[str] = Counter()
        for wave in ("release", "rest"):
            for first, last in list_batches(self.engine, change_set_id, self.settings, wave):
                applied = apply_batch(self.engine, self.client(), change_set_id, first, last, self.settings, wave)
                done.update(applied=applied.applied, rejected=applied.rejected)
        return done

    def reconcile(self, client_plan: int | None = None, today: date = TODAY) -> Counter[str]:
        """Make a change set, approve it, apply, verify; return how many operations were applied and rejected."""
        change_set_id = self.make_change_set(client_plan, today)
        self.approve(change_set_id)
        done = self.apply(change_set_id)
        verify_change_set(self.engine, self.client(), change_set_id)
        return done

    def operations(self, change_set_id: int, columns: str = "client_plan_id, action, target") -> list[tuple[Any, ...]]:
        """What is planned, in order."""
        rows = self.run(
            f"select {columns} from reconciliation.operation where change_set_id = :id and status <> 'rejected' "  # noqa: S608
            "order by client_plan_id, number",
            id=change_set_id,
        )
        return [tuple(row) for row in rows]

    def rejected(self, change_set_id: int) -> list[tuple[Any, ...]]:
        rows = self.run(
            "select client_plan_id, action, target, outcome_code from reconciliation.operation "
            "where change_set_id = :id and status = 'rejected' order by client_plan_id, number",
            id=change_set_id,
        )
        return [tuple(row) for row in rows]

    def writes(self) -> list[tuple[str, str]]:
        """Method and path, from the subscribers on, of every write that the platform carried out."""
        return [(write["method"], write["path"].partition("/subscribers")[2]) for write in self.executed()]

    def executed(self) -> list[dict[str, Any]]:
        return writes_of(self.sandbox)

    def fault(self, kind: str, **spec: Any) -> None:
        switch_on(self.sandbox, kind, **spec)

    def no_faults(self) -> None:
        self.sandbox.admin("DELETE", "/admin/faults")

    def subscriber(self, client_plan: int) -> Any:
        return self._reader.find_subscriber(str(client_plan))

    def served(self) -> list[int]:
        """The client plans that the platform has to serve."""
        return [row.id for row in self.run(SERVED, today=TODAY)]

    def pins(self) -> dict[int, str]:
        """The PINs that are recorded, decrypted."""
        pins = Pins(self.settings.pin_keys)
        rows = self.run("select * from tv.client_extra_field where name = 'Auth Pin Assinante Beenius'")
        return {row.client_plan_id: pins.decrypt(row.value).get_secret_value() for row in rows}

    def has_pin_of_platform(self, client_plan: int) -> bool:
        """Whether the PIN that is recorded is the one that the platform has."""
        address = f"/admin/subscribers/{self.subscriber(client_plan).uid}/pin-check"
        return bool(self.sandbox.admin("POST", address, {"auth_pin": self.pins()[client_plan]})["matches"])

    def forget_pin(self, client_plan: int) -> None:
        self.run("delete from tv.client_extra_field where client_plan_id = :plan", plan=client_plan)

    def rotations(self) -> list[dict[str, Any]]:
        """The requests for another PIN, oldest first, also those that are under way."""
        return [one for one in self.sandbox.admin("GET", "/admin/requests") if one["path"].endswith("/auth-pin")]


def furnish(engine: Engine) -> None:
    """Sixty made-up clients."""
    seed(engine, CLIENTS, TODAY)
    Database(engine).run("update tv.package set active = false where platform_uid = 'svc-antigo'")
