"""A caller with a token, on a platform as on its first day."""

from __future__ import annotations

import pytest

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller


@pytest.fixture
def call(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)
