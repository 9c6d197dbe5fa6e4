"""The Airflow pools of the tasks that write to the platform; their slots limit how many of them run at once."""

from __future__ import annotations

BEENIUS_POOL = "beenius"
DESCRIPTION = "Tasks that write to the TV platform at the same time"
# The size of a new pool; the size of an existing pool is the operator's choice.
SLOTS = 4

# Of the event-driven runs, which are not to wait for a full run's tasks.
CHANGES_POOL = "beenius_changes"
CHANGES_DESCRIPTION = "Tasks that write single changes to the TV platform at the same time"
CHANGES_SLOTS = 2

POOLS = {BEENIUS_POOL: (SLOTS, DESCRIPTION), CHANGES_POOL: (CHANGES_SLOTS, CHANGES_DESCRIPTION)}
# Beneath the address of the screens: how many slots the pool has whose name follows.
POOL_PATH = "/pool"
