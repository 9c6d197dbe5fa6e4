"""That whoever must act is told: a trial as an operator makes it, then an alert for something that is wrong."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any

from sqlalchemy import text

from include.local.job import ALERTS, WatchedRun
from include.local.rest import FINISHED
from include.local.stack import Say
from tests.compose.docker import docker
from tests.compose.stack import Compose

# No due day of the demo population.
UNSERVED = 17
RUN_SECONDS = 180


def taken(stack: Compose) -> list[dict[str, Any]]:
    """Return what the receiver was sent, the oldest first."""
    return [json.loads(line) for line in docker("logs", stack.containers()["receiver"]).splitlines()]


def check_alerts(stack: Compose, say: Say) -> None:
    """A trial arrives, with the login of its address; then, after a due day went unserved, an alert and a heartbeat."""
    assert not taken(stack), "something was sent before anything was wrong"
    stack("run", "--rm", "--no-deps", "-T", "scheduler", "python", "-m", "multitv.alerts")
    trial, heartbeat = taken(stack)
    login = "Basic " + b64encode(f"multitv:{stack.alert_password}".encode()).decode()
    assert (trial["method"], trial["path"], trial["login"]) == ("POST", "/alert", login)
    assert "teste" in trial["body"]
    assert (heartbeat["method"], heartbeat["path"]) == ("GET", "/heartbeat")
    say("The trial of the alerts arrived, and its heartbeat")
    _make_a_due_day_unserved(stack)
    stack.api.unpause(ALERTS)
    run = WatchedRun(stack.api, ALERTS, stack.api.trigger(ALERTS, {}), say)
    deadline = time.monotonic() + RUN_SECONDS
    while run.state not in FINISHED:
        assert time.monotonic() < deadline, f"{ALERTS} is {run.state}"
        run.look()
        time.sleep(0.5)
    assert run.state == "success", run.failure()
    later = taken(stack)[2:]
    told = [json.loads(one["body"])["message"] for one in later if one["path"] == "/alert"]
    assert any(f"nenhum faturamento cobre ({UNSERVED})" in message for message in told), told
    assert all(f"{stack.public}/multitv/" in message for message in told), "the links lead elsewhere"
    assert any(one["path"] == "/heartbeat" for one in later)


def _make_a_due_day_unserved(stack: Compose) -> None:
    change = text("""
        update erp.client_plan as p set due_day = :day
        where p.id = (
            select min(sold.client_plan_id)
            from tv.client_package as sold
            join erp.client_plan as plan on plan.id = sold.client_plan_id
            where sold.cancelled_on is null and plan.status = 'active'
        )
    """)
    with stack.isp_engine.begin() as connection:
        assert connection.execute(change, {"day": UNSERVED}).rowcount == 1
