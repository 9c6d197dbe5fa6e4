"""The ISP's database, for the screens: connections that are kept between requests."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine

from multitv.database.engine import connection_url, shared_engine_for
from multitv.web.core.bulkhead import LOOKUPS, in_thread_of


@in_thread_of(LOOKUPS)
def web_engine() -> Engine:
    """Return the engine of the web server: it shares its connections between requests. Raises MissingConnection.

    The connection is looked up for each request, so that a changed password needs no restart.
    """
    return shared_engine_for(connection_url())


Database = Annotated[Engine, Depends(web_engine)]
