"""The Airflow pool of the tasks that write to the platform: its slots say how many of them run at once."""

from __future__ import annotations

NAME = "beenius"
DESCRIPTION = "Tasks that write to the TV platform at the same time"
# What a new pool gets; a pool that exists is an operator's to size.
SLOTS = 4
