"""`python -m include.local up` starts the local stack and stays up; `run` also runs the main job first."""

from __future__ import annotations

import os
import sys
import time

from include.local import environment, interrupts
from include.local.config import Config, outside, read
from include.local.job import JobFailed, follow_changes, keep_watch, run_main_job, switch_alerts_on
from include.local.stack import Stack
from multitv.errors import MultiTVError

_began = time.monotonic()


def say(text: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - _began:6.1f} s] {text}", flush=True)


def main(arguments: list[str]) -> int:
    """Return the exit code: 0, 1 after a failure, 130 if interrupted before everything was up."""
    if arguments not in (["run"], ["up"]):
        print("usage: python -m include.local run|up", file=sys.stderr)
        return 2
    # Files that this process and its children write hold clients, credentials and logs: only their owner may read them.
    os.umask(0o077)
    signals = interrupts.Interrupts()
    signals.listen()
    try:
        config = read(os.environ)
    except MultiTVError as error:
        print(error, file=sys.stderr)
        return 1
    stack = Stack(config, outside(os.environ), say, signals.shield)
    try:
        code = _serve(stack, config, with_job=arguments == ["run"])
    except MultiTVError as error:
        say(f"FAILED: {error}")
        code = 1
    except interrupts.Interrupted:
        code = 130
    finally:
        signals.ignore()
        stack.stop()
    return code


def _serve(stack: Stack, config: Config, *, with_job: bool) -> int:
    say(f"Starting in {config.home}; logs in {stack.home.logs}")
    stack.start()
    code = 0
    if with_job:
        code = _run_job(stack)
    else:
        say("No DAG was run; a DAG that is paused waits for you to unpause it")
    if config.once:
        return code
    follow_changes(stack, say)
    switch_alerts_on(stack, say)
    if with_job:
        keep_watch(stack, say)
    _show_addresses(stack)
    try:
        say("Up until Ctrl-C")
        while True:
            time.sleep(1)
            stack.check()
    except interrupts.Interrupted:
        say("Stopping")
        return code


def _run_job(stack: Stack) -> int:
    try:
        run_main_job(stack, say)
    except JobFailed as error:
        # The stack stays up, so that the failure can be looked into in Airflow and the database.
        say(f"FAILED: {error}")
        return 1
    return 0


def _show_addresses(stack: Stack) -> None:
    password = environment.password(stack.config.home)
    given = stack.config.platform_connection is not None
    platform = "that of the given connection" if given else f"the sandbox, {stack.sandbox.url}/openapi.json"
    print(
        f"""
  Airflow   {stack.api.address}   user {environment.USER}, password {password}
  Screens   {stack.api.address}/plugin/multitv-painel
  Platform  {platform}
  Shell     . '{stack.home.run_env}' && airflow dags list    (and: psql "$ISP_DB_URI")
  Logs      {stack.home.logs}
""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
