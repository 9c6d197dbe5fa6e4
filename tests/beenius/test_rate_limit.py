"""The pace of requests, on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius import rate_limit
from multitv.beenius.client import BeeniusClient
from multitv.beenius.rate_limit import RateLimiter


class Clock:
    """Time passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(rate_limit, "time", made)
    return made


def passed(clock: Clock, paced: RateLimiter, requests: int) -> float:
    began = clock.now
    for _ in range(requests):
        paced.wait()
    return clock.now - began


def test_no_more_requests_a_second_leave_than_allowed(clock: Clock) -> None:
    paced = RateLimiter(50)
    assert passed(clock, paced, 1) == 0
    assert passed(clock, paced, 100) == pytest.approx(2)


def test_time_that_was_not_used_is_not_saved_up(clock: Clock) -> None:
    paced = RateLimiter(50)
    passed(clock, paced, 1)
    clock.sleep(60)
    assert passed(clock, paced, 51) == pytest.approx(1)


def test_told_to_slow_down_we_do_to_an_eighth_at_most_and_recover(clock: Clock) -> None:
    paced = RateLimiter(100)
    paced.wait()
    for _ in range(10):
        paced.slow_down()
    paced.wait()
    assert passed(clock, paced, 1) == pytest.approx(0.08)
    passed(clock, paced, 1000)
    assert passed(clock, paced, 100) == pytest.approx(1)


def test_a_client_whose_platform_complains_sends_more_slowly(
    connect: Callable[..., BeeniusClient], sandbox: Sandbox, fault: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slowed: list[bool] = []
    monkeypatch.setattr(RateLimiter, "slow_down", lambda _: slowed.append(True))
    fault("rate-limited", method="GET", retry_after=0, times=2)
    client = connect(requests_per_second=1000)
    assert client.find_subscriber("1") is None
    assert slowed == [True, True]
