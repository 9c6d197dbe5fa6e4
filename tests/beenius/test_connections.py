"""What is normal between us and a platform: other page sizes, packed bodies, connections and tokens that end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import PlatformUnavailable
from multitv.beenius.subscribers import AnySubscriber
from tests.support.sandbox import HURRY

Connect = Callable[..., BeeniusClient]
ROWS = 321


@pytest.fixture
def crowded(sandbox: Sandbox) -> Sandbox:
    lines = "\n".join(f'{{"external_id": "{number}"}}' for number in range(1, ROWS + 1))
    assert requests.post(f"{sandbox.url}/admin/subscribers/load", data=lines, timeout=60).ok
    return sandbox


def play(sandbox: Sandbox, **traits: Any) -> None:
    sandbox.admin("PUT", "/admin/variant", traits)


def scanned(client: BeeniusClient) -> list[AnySubscriber]:
    found: list[AnySubscriber] = []
    for page in client.scan_subscribers(found.clear, lambda: False):
        found.extend(page.rows)
    return found


@pytest.mark.parametrize("silent", [False, True], ids=["told", "silent"])
@pytest.mark.parametrize("cap", [1, 40, 107, 321, 400])
def test_a_page_size_capped_below_what_was_asked(crowded: Sandbox, connect: Connect, cap: int, silent: bool) -> None:
    play(crowded, page_cap=cap, silent_cap=silent)
    client = connect()
    assert [row.external_id for row in scanned(client)] == [str(number) for number in range(1, ROWS + 1)]
    channels: list[Any] = []
    for page in client.scan("channels", channels.clear):
        channels.extend(page.rows)
    assert len(channels) == 102


def test_bodies_that_come_compressed(crowded: Sandbox, connect: Connect) -> None:
    play(crowded, gzip=True)
    client = connect()
    assert len(scanned(client)) == ROWS
    made = client.create_subscriber("999", "Ana", "", "ACTIVE", idempotency_key="1")
    assert made.auth_pin is not None


def test_connections_that_close_after_each_answer(crowded: Sandbox, connect: Connect) -> None:
    play(crowded, closes=True, page_cap=10)
    # A try may take a connection whose end has not arrived yet, as often as there are connections.
    client = connect(connections=8, retry_policy=replace(HURRY, tries=10))
    assert len(scanned(client)) == ROWS
    with ThreadPoolExecutor(8) as threads:
        uids = list(threads.map(lambda number: client.subscriber(f"sub-{number:08d}").uid, range(1, 201)))
    assert len(set(uids)) == 200


def test_tokens_that_live_for_a_moment_are_renewed_as_often_as_it_takes(
    sandbox: Sandbox, connect: Connect, fault: Any
) -> None:
    play(sandbox, token_seconds=1)
    fault("latency", seconds=0.1)
    client = connect(connections=4)
    until = time.monotonic() + 4
    with ThreadPoolExecutor(4) as threads:
        while time.monotonic() < until:
            assert list(threads.map(client.find_subscriber, ("1", "2", "3", "4"))) == [None] * 4
    assert len(sandbox.admin("GET", "/admin/requests?path=/oauth/token")) in range(3, 12)


def test_a_token_is_asked_for_after_the_wait_that_would_outlast_it(
    sandbox: Sandbox, connect: Connect, fault: Any
) -> None:
    play(sandbox, token_seconds=1)
    client = connect(retry_policy=replace(HURRY, tries=1))
    assert client.find_subscriber("1") is None
    fault("rate-limited", retry_after=2, times=2, path="/subscribers$")
    assert client.find_subscriber("1") is None


def test_an_answer_that_trickles_is_waited_for(crowded: Sandbox, connect: Connect, fault: Any) -> None:
    fault("trickle", seconds=4, path="/subscribers$", times=1)
    began = time.monotonic()
    assert len(scanned(connect())) == ROWS
    assert time.monotonic() - began >= 3


def test_an_answer_that_never_ends_is_given_up(sandbox: Sandbox, connect: Connect, fault: Any) -> None:
    fault("trickle", seconds=15, path="/channels$")
    client = connect(retry_policy=replace(HURRY, total_seconds=2, tries=1))
    with pytest.raises(PlatformUnavailable, match="answer was not complete within 2 s"):
        list(client.scan("channels", pytest.fail))
