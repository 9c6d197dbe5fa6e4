"""The application and views that the plugin gives to Airflow. The application is built on the first request.

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
