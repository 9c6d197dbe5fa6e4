"""Makes a client of the platform from its Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from multitv.beenius.errors import BadConnection
from multitv.settings import Settings

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.transport import RetryPolicy

CONNECTION_ID = "beenius_default"


class BeeniusHook(BaseHook):
    """Reads host, login (client id), password (client secret) and the extra `operator_uid` of an http connection."""

    conn_name_attr = "conn_id"
    default_conn_name = CONNECTION_ID
    conn_type = "http"
    hook_name = "Beenius"

    def __init__(self, conn_id: str = CONNECTION_ID) -> None:
        super().__init__()
        self.conn_id = conn_id

    def get_conn(
        self, connections: int = 8, requests_per_second: float | None = None, retry_policy: RetryPolicy | None = None
    ) -> BeeniusClient:
        """Return a client for up to `connections` threads; sends nothing. Raises BadConnection, naming the gaps."""
        # Here, because DAG files import this module, and requests takes half a second.
        from multitv.beenius.client import BeeniusClient

        where = f"under Admin > Connections or as AIRFLOW_CONN_{self.conn_id.upper()}, then clear this task"
        try:
            connection = self.get_connection(self.conn_id)
        except AirflowNotFoundException as error:
            raise BadConnection(
                f"Airflow has no connection '{self.conn_id}' to the TV platform; add it (type http) {where}. "
                "Nothing was written."
            ) from error
        parts = {
            "host": connection.host,
            "login (client id)": connection.login,
            "password (client secret)": connection.password,
            "operator_uid in its extra": connection.extra_dejson.get("operator_uid"),
        }
        missing = [name for name, value in parts.items() if not str(value or "").strip()]
        if missing:
            raise BadConnection(
                f"The connection '{self.conn_id}' lacks {', '.join(missing)}; complete it {where}. Nothing was written."
            )
        host, client_id, client_secret, operator_uid = map(str, parts.values())
        if "://" not in host:
            host = f"{connection.schema or 'http'}://{host}"
        if connection.port:
            host = f"{host.rstrip('/')}:{connection.port}"
        return BeeniusClient(
            host,
            operator_uid,
            client_id,
            client_secret,
            connections=connections,
            requests_per_second=requests_per_second,
            retry_policy=retry_policy,
        )


def platform_client(settings: Settings) -> BeeniusClient:
    """Return a client of the platform for as many threads, and as fast, as the settings say. Raises BadConnection."""
    return BeeniusHook().get_conn(settings.beenius_concurrency, settings.beenius_requests_per_second)
