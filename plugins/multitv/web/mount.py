"""The application, views and middleware that the plugin gives to Airflow, built on the first request.

Airflow imports the plugin in each of its processes, tasks included, but only the api-server needs the screens, and
Airflow's own security may only be imported there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from multitv.web.core.navigation import PREFIX, SCREENS

if TYPE_CHECKING:
    from fastapi import FastAPI

_CATEGORY = "Multi TV"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Screens:
    """An ASGI application that builds the real one when it is first called."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            from multitv.web.app import make_app

            self._app = make_app()
        await self._app(scope, receive, send)


class DagRights:
    """ASGI middleware around Airflow: refuses writes on runs of DAGs for which core/dag_rights.py needs a right."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _writes_runs(scope):
            await self._app(scope, receive, send)
            return
        from multitv.web.core.dag_rights import refusal

        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        refused = await refusal(scope, b"".join(message.get("body", b"") for message in messages))
        if refused is not None:
            await refused(scope, receive, send)
            return
        messages.reverse()

        async def again() -> MutableMapping[str, Any]:
            return messages.pop() if messages else await receive()

        await self._app(scope, again, send)


def _writes_runs(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    path = scope["path"]
    return ("/api/v2/dags/" in path or "/api/v2/backfills" in path) and not path.endswith("/list")


def fastapi_root_middlewares() -> list[dict[str, Any]]:
    """Return the middleware for Airflow to add, in the form of a plugin's `fastapi_root_middlewares`."""
    return [{"middleware": DagRights, "name": "multitv DAG rights"}]


def fastapi_apps() -> list[dict[str, Any]]:
    """Return the application for Airflow to mount, in the form of a plugin's `fastapi_apps`."""
    return [{"app": Screens(), "url_prefix": PREFIX, "name": "multitv"}]


def external_views() -> list[dict[str, str]]:
    """Return the pages that Airflow lists in its navigation and shows in a frame."""
    from airflow.configuration import conf

    beneath = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return [
        {
            "name": name,
            "href": f"{beneath}{PREFIX}/{path}",
            "destination": "nav",
            "category": _CATEGORY,
            "url_route": f"multitv-{path}",
        }
        for name, path in SCREENS
    ]
