"""The Airflow pool of the tasks that write to the platform; its slots limit how many of them run at once."""

from __future__ import annotations

BEENIUS_POOL = "beenius"
DESCRIPTION = "Tasks that write to the TV platform at the same time"
# The size of a new pool; the size of an existing pool is the operator's choice.
SLOTS = 4
# Beneath the address of the screens: how many slots the pool has.
POOL_PATH = "/pool"
