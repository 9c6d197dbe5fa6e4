"""What a person reads at three in the morning: cause and next step last and once, the tracebacks folded above."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.execution_time import task_runner

from multitv.beenius.errors import PlatformUnavailable, WrongCredentials
from multitv.task_log import _FAILED, told

# A process of a task: Airflow's set-up of its log, the hook before the task, and how Airflow ends a failed one.
PROCESS = """
import sys, logging, structlog
from airflow.sdk.log import configure_logging
configure_logging(json_output=True, output=sys.stdout.buffer, sending_to_supervisor=True)
log = structlog.get_logger(logger_name="task")
from multitv.task_log import tell_failures_plainly
from multitv.beenius.errors import PlatformUnavailable
tell_failures_plainly()
tell_failures_plainly()
try:
    try:
        [][0]
    except IndexError as cause:
        raise PlatformUnavailable("It is down. Call it.") from cause
except Exception:
    log.exception("Task failed with exception")
log.info("::group::Post Execute")
try:
    1 / 0
except Exception:
    log.exception("Something else of Airflow's")
"""


def test_the_last_lines_are_the_cause_and_the_next_step_and_the_tracebacks_are_in_a_group(repository: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROCESS], cwd=repository, capture_output=True, text=True, check=True)
    written = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    [begin] = [i for i, entry in enumerate(written) if entry["event"] == "::group::Traceback"]
    traceback, end, last, after, other = written[begin + 1 :][:5]
    assert [one["exc_type"] for one in traceback["exception"]] == ["PlatformUnavailable", "IndexError"]
    assert end["event"] == "::endgroup::"
    assert last["event"].startswith("PlatformUnavailable: It is down. Call it.")
    assert last["level"] == "error"
    assert "exception" not in last
    assert after["event"] == "::group::Post Execute"
    assert other["exception"], "what else Airflow logs stays as it is"


def test_airflow_says_what_is_looked_for_when_a_task_failed() -> None:
    assert inspect.getsource(task_runner).count(f'log.exception("{_FAILED}")') >= 4


def test_an_error_of_ours_is_told_as_it_is_and_whether_it_is_tried_again() -> None:
    assert told(WrongCredentials("Correct them.")) == "WrongCredentials: Correct them."
    assert told(PlatformUnavailable("Down.")) == (
        "PlatformUnavailable: Down. It is tried again by itself while tries are left."
    )


def test_what_nobody_foresaw_is_told_with_its_place_and_a_next_step() -> None:
    def wrong() -> None:
        raise ValueError("odd")

    try:
        wrong()
    except ValueError as error:
        lines = told(error).splitlines()
    assert lines[0].startswith("ValueError: odd")
    assert "keep this log" in lines[-1]


def test_a_time_limit_is_told_with_what_to_look_at() -> None:
    assert "took longer than it may" in told(AirflowTaskTimeout("Timeout, PID: 7"))
