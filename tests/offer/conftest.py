"""A shop to sell from."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.support.shop import Shop, open_shop


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return open_shop(engine)
