"""Commands that a person or a container runs: what they log, and their exit code."""

from __future__ import annotations

import logging
from collections.abc import Callable

from multitv.errors import MultiTVError

log = logging.getLogger(__name__)


def run(command: Callable[[], None]) -> int:
    """Run a command and return its exit code: 1 after an error of ours, which is logged without a traceback.

    What our modules log goes to stderr, whatever Airflow makes of logging once it is imported.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    ours = logging.getLogger("multitv")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)
    try:
        command()
    except MultiTVError as error:
        log.error("%s", error)
        return 1
    return 0
