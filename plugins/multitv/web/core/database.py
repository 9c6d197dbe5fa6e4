"""The ISP's database for the screens, with connections that are pooled between requests."""

from __future__ import annotations

import logging
from functools import cache
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine

from multitv.database.engine import (
    CONNECTION_ID,
    SCREENS_CONNECTION_ID,
    connection_url,
    has_connection,
    shared_engine_for,
)
from multitv.web.core.bulkhead import LOOKUPS, in_thread_of

log = logging.getLogger(__name__)


@in_thread_of(LOOKUPS)
def web_engine() -> Engine:
    """Return the web server's engine, which pools connections. Raises MissingConnection.

    Airflow's connection isp_db_screens, or isp_db if there is none, is looked up for each request, so a changed
    password needs no restart.
    """
    if has_connection(SCREENS_CONNECTION_ID):
        return shared_engine_for(connection_url(SCREENS_CONNECTION_ID))
    _warn_once()
    return shared_engine_for(connection_url())


@cache
def _warn_once() -> None:
    log.warning(
        "Airflow has no connection %s, so the screens use %s, which may bill. Add it with the role multitv_screens.",
        SCREENS_CONNECTION_ID,
        CONNECTION_ID,
    )


Database = Annotated[Engine, Depends(web_engine)]
