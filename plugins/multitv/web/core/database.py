"""The ISP's database for the screens, with connections that are pooled between requests."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine

from multitv.database.engine import connection_url, shared_engine_for
from multitv.web.core.bulkhead import LOOKUPS, in_thread_of


@in_thread_of(LOOKUPS)
def web_engine() -> Engine:
    """Return the web server's engine, which pools connections. Raises MissingConnection.

    Airflow's connection isp_db is looked up for each request, so a changed password needs no restart.
    """
    return shared_engine_for(connection_url())


Database = Annotated[Engine, Depends(web_engine)]
