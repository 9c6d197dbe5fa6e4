"""A signal ends us at once, or as soon as what must not be cut short is done; never twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from include.local.interrupts import SIGNALS, Interrupted, Interrupts


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    listening = Interrupts()
    listening.listen()
    yield listening
    for number, handler in before.items():
        signal.signal(number, handler)


def _send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    # The handler runs between two steps of this thread.
    time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts(interrupts: Interrupts, number: signal.Signals) -> None:
    with pytest.raises(Interrupted):
        _send(number)


def test_a_shielded_block_is_finished_first(interrupts: Interrupts) -> None:
    done = []
    with pytest.raises(Interrupted):  # noqa: PT012, the point is where in the block it is raised
        with interrupts.shield():
            _send(signal.SIGINT)
            done.append("noted down")
        done.append("never")
    assert done == ["noted down"]


def test_stopping_is_not_cut_short_by_an_impatient_second_signal(interrupts: Interrupts) -> None:
    with pytest.raises(Interrupted):
        _send(signal.SIGINT)
    interrupts.ignore()
    _send(signal.SIGINT)
    _send(signal.SIGTERM)
