"""Runs a component that waits for its tasks when it is asked to end: `python -m include.container.component COMMAND`.

It answers no health check meanwhile, and would leave its tasks if it were asked again. So it gets one SIGTERM only,
whoever sends more: Docker at a stop, or a health check that fails. Every other signal is passed on.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

ASKS_TO_END = signal.SIGTERM
PASSED_ON = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


def run(command: Sequence[str]) -> int:
    """Run the command and return its exit code, as a shell does."""
    running = subprocess.Popen(command)
    asked = False

    def pass_on(sent: int, _: object) -> None:
        nonlocal asked
        if sent == ASKS_TO_END and asked:
            print("It was asked to end already, and waits for its tasks", flush=True)
            return
        asked = asked or sent == ASKS_TO_END
        running.send_signal(sent)

    for each in (ASKS_TO_END, *PASSED_ON):
        signal.signal(each, pass_on)
    code = running.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
