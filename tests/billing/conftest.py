"""A small ISP for each test."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy import Engine

from tests.billing.isp import Isp


@pytest.fixture
def isp(engine: Engine) -> Isp:
    made = Isp(engine, count(1))
    made.run("insert into erp.service_plan values (1, 'Fibra 500 + TV', 149.90), (2, 'Fibra 300', 99.90)")
    made.run("insert into tv.service_plan_setting values (1, true, null), (2, false, null)")
    return made
