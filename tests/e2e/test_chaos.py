"""A short `make chaos` on the shared stack, whose order and victim the day chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from random import Random

import pytest
from pydantic import SecretStr

from multitv.alerts.tell import tell
from multitv.settings import get_settings
from tests.chaos.faults import kill_component, kill_tasks
from tests.chaos.invariants import no_write_twice
from tests.chaos.scenes_erp import bad_erp_hour
from tests.chaos.scenes_platform import slow_run_in_the_middle
from tests.chaos.told import Told
from tests.chaos.world import RECONCILIATION, STANDARD, World, mail_url, post_url
from tests.e2e.conftest import RunningStack, totals
from tests.e2e.test_billing import WAIT
from tests.support.databases import as_pipeline
from tests.support.receivers import mailbox, webhook

TODAY = date.today()  # noqa: DTZ011, whichever day it is


class ShortWorld(World):
    """Tells alerts from here: `tv_alerts` of the shared stack was told nobody to tell."""

    def tell(self) -> None:
        urls = SecretStr(f"{mail_url(self.told.mails)} {post_url(self.told.posts)}")
        settings = get_settings().model_copy(update={"alert_urls": urls})
        tell(as_pipeline(self.stack.isp_engine), settings, "", datetime.now(UTC))


@pytest.fixture
def world(stack: RunningStack, platform_in_step: None) -> Iterator[World]:
    stack.have_alone(RECONCILIATION)
    with mailbox() as mails, webhook() as posts:
        yield ShortWorld(stack.stack, Told(mails, posts), print, Random(TODAY.toordinal()))


@pytest.mark.proof
def test_what_breaks_heals_without_loss_and_is_told_and_ended(
    stack: RunningStack, world: World, due_dates: Iterator[date]
) -> None:
    due = next(due_dates)
    world.say(f"SEED={TODAY.toordinal()}")

    def component_killed() -> None:
        tv = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
        stack.wait_for_task("tv_billing", tv, WAIT, "deferred")
        kill_component(stack.stack, world.dice.choice(["scheduler", "triggerer"]))
        world.do(STANDARD, due_date=str(due))
        world.finish("tv_billing", tv)
        expected, events, postings = totals(stack, due)
        assert expected == events == postings
        assert expected[0] > 0

    def tasks_killed() -> None:
        run = slow_run_in_the_middle(world)
        assert kill_tasks(stack.home) > 0
        world.no_faults()
        world.finish(RECONCILIATION, run)

    steps: list[Callable[[], None]] = [component_killed, tasks_killed, lambda: bad_erp_hour(world)]
    world.dice.shuffle(steps)
    for step in steps:
        step()
    assert world.told.is_over("task_failed")
    no_write_twice(world)
