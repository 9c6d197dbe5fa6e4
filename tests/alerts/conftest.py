"""An ISP on the day of a due date, and receivers of its messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.databases import Database, as_pipeline
from tests.support.receivers import Received, mailbox, webhook


@pytest.fixture
def database(engine: Engine) -> Database:
    return Database(as_pipeline(engine))


@pytest.fixture
def hook() -> Iterator[Received]:
    with webhook() as received:
        yield received


@pytest.fixture
def mail() -> Iterator[Received]:
    with mailbox() as received:
        yield received
