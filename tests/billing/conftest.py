"""A small ISP for each test."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.support.databases import as_pipeline
from tests.support.isp import Isp


@pytest.fixture
def isp(engine: Engine) -> Isp:
    made = Isp(as_pipeline(engine))
    made.offer_plans()
    return made
