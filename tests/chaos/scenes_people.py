"""Scenes about what people do, or leave undone: backups and PINs."""

from __future__ import annotations

import os
import subprocess
import sys

from include.local import postgres
from include.local.config import METADATA
from multitv.installation import REPOSITORY
from tests.chaos.scenes import scene
from tests.chaos.scenes_platform import served
from tests.chaos.world import World


@scene("the last backup is two days old", "backup_late")
def backup_late(world: World) -> None:
    make_backup(world)
    world.isp("update alerts.backup set made_at = made_at - interval '2 days'")
    with world.alerted("backup_late"):
        make_backup(world)


def make_backup(world: World) -> None:
    given = world.stack.environment
    environment = {
        **{name: given[name] for name in ("PATH", "PYTHONPATH", "AIRFLOW__CORE__FERNET_KEY", "MULTITV_PIN_KEYS")},
        "ISP_DB_URI": postgres.plain(world.stack.isp_engine.url),
        "AIRFLOW_DB_URI": given[METADATA],
        "PYTHONWARNINGS": "ignore",
    }
    folder = world.stack.config.home / "backups"
    command = [sys.executable, "-m", "multitv.backup", "make", "--folder", str(folder)]
    command += ["--programs", str(postgres.programs())]
    done = subprocess.run(command, env=os.environ | environment, cwd=REPOSITORY, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@scene("somebody has the PINs of many contracts shown", "pin_reveals")
def pins_revealed(world: World) -> None:
    person = world.screen()
    plans = served(world)[:5]
    answers = [
        person.post(
            f"{world.stack.api.address}/multitv/api/v1/client-plans/{plan}/pin/reveal",
            headers={"Origin": world.stack.api.address},
            timeout=60,
        ).status_code
        for plan in plans
    ]
    assert answers == [200, 200, 200, 429, 429], answers
    with world.alerted("pin_reveals"):
        who = world.isp("select author, count(distinct client_plan_id) as pins from tv.pin_reveal group by author")
        assert [(row.author, row.pins) for row in who] == [("admin", 3)]
        # A day passes, which nobody may write into the record otherwise.
        world.isp("alter table tv.pin_reveal disable trigger user")
        world.isp("update tv.pin_reveal set revealed_at = revealed_at - interval '25 hours'")
        world.isp("alter table tv.pin_reveal enable trigger user")
