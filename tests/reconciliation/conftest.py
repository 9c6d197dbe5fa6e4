"""Somebody at the platform's own console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from multitv.beenius.client import BeeniusClient
from tests.support.house import House


@pytest.fixture
def by_hand(house: House) -> Iterator[BeeniusClient]:
    client = house.client()
    yield client
    client.close()
