"""Threads that meet a wire model for the first time at the same moment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from multitv.installation import REPOSITORY

# In a process of its own: what is tested against is a hang inside C, and a crash.
_MANY = """
import sys, threading
from typing import Annotated
import msgspec
from msgspec import Meta
from multitv.beenius.answers import Call, parsed

sys.setswitchinterval(1e-6)
call = Call("GET", "/subscribers")
for _ in range(300):
    inner = msgspec.defstruct("Inner", [("a", Annotated[str, Meta(min_length=1)]), ("b", int, 0)])
    outer = msgspec.defstruct("Outer", [("x", inner), ("ys", list[inner]), ("z", Annotated[str, Meta(max_length=9)])])
    body = {"x": {"a": "q"}, "ys": [{"a": "w"}], "z": "k"}
    met = threading.Barrier(8)
    results = []

    def convert():
        met.wait()
        results.append(parsed("http://tv.example", call, outer, body))

    threads = [threading.Thread(target=convert) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8 and results[0].ys[0].a == "w", results
"""


@pytest.mark.slow
def test_threads_that_convert_to_a_new_model_at_once_neither_hang_nor_crash() -> None:
    environment = {"PYTHONPATH": str(REPOSITORY / "plugins")}
    subprocess.run([sys.executable, "-c", _MANY], env=environment, check=True, timeout=120)
