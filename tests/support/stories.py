"""Stories that hypothesis makes up, step by step, on a database of their own."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from include.local.postgres import Server


def try_stories(kind: Any, server: Server, template: str, *, examples: int, steps: int) -> None:
    """Try so many stories of a kind, a state machine, each of at most so many steps. A failure is shrunk."""
    kind.server, kind.template = server, template
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
