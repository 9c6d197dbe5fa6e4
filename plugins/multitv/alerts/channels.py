"""Sends messages to people by Apprise, and a heartbeat by HTTP. Knows no database, and logs no address."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from multitv.alerts.errors import BadAlertUrl, HeartbeatNotSent

if TYPE_CHECKING:
    from apprise import NotifyBase

log = logging.getLogger(__name__)

T = TypeVar("T")

SEND_SECONDS = 60.0
_HEARTBEAT_SECONDS = 10
# An address of Apprise may have commas in it, but none before the beginning of another one.
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True)
class Channel:
    """One address of MULTITV_ALERT_URLS. `id` tells it from all others."""

    id: str
    name: str
    server: NotifyBase

    def send(self, title: str, body: str, *, seconds: float = SEND_SECONDS) -> bool:
        """Send a message, and return whether the service took it. A service that is slower than `seconds` did not."""
        taken = within(seconds, lambda: bool(self.server.notify(title=title, body=body)))
        if not taken:
            log.warning("%s did not take a message.", self.name)
        return bool(taken)


def open_channels(written: SecretStr | None) -> list[Channel]:
    """Return the channels of MULTITV_ALERT_URLS. Raises BadAlertUrl, which names an address by its position only."""
    urls = [url for url in _BETWEEN.split(written.get_secret_value().strip()) if url] if written else []
    if not urls:
        return []
    # Takes a third of a second, which a DAG file has not.
    from apprise import Apprise, AppriseAsset

    # Apprise writes addresses into its log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    asset = AppriseAsset(app_id="Multi TV", app_desc="Multi TV", app_url="", async_mode=False)
    channels = []
    for position, url in enumerate(urls, 1):
        server = Apprise.instantiate(url.rstrip(", \n"), asset=asset, suppress_exceptions=True)
        if server is None:
            raise BadAlertUrl(
                f"Address {position} of {len(urls)} in MULTITV_ALERT_URLS is none that Apprise knows: correct it as "
                "docs/alerts.md and https://appriseit.com/services/ say, then start every component again."
            )
        channels.append(Channel(_id(server), f"Channel {position} of {len(urls)} ({server.service_name})", server))
    return channels


def _id(server: NotifyBase) -> str:
    """Return a keyed digest of the whole address: two may differ in a secret only, which nobody is to guess by it."""
    from airflow.configuration import conf

    # All components have the same; the last one is the one that a rotation keeps longest.
    key = str(conf.get("core", "fernet_key", fallback="") or "").rpartition(",")[2].strip()
    address = str(server.url(privacy=False))  # type: ignore[no-untyped-call]
    return hmac.new(key.encode(), address.encode(), hashlib.sha256).hexdigest()[:16]


def beat(written: SecretStr | None) -> bool:
    """Ask the address of MULTITV_HEARTBEAT_URL; return False if there is none. Raises HeartbeatNotSent."""
    if written is None:
        return False
    # Callbacks of every DAG file import this module.
    import requests

    try:
        answer = requests.get(written.get_secret_value().strip(), timeout=_HEARTBEAT_SECONDS)
        cause = None if answer.ok else f"answered {answer.status_code}"
    except requests.RequestException as error:
        # Its message has the address, which is a secret.
        cause = f"cannot be asked ({type(error).__name__})"
    if cause:
        raise HeartbeatNotSent(
            f"The address of MULTITV_HEARTBEAT_URL {cause}. This is tried again by itself; if it keeps failing, look "
            "whether this machine reaches the service, and whether the address is still right."
        )
    return True


def within(seconds: float, work: Callable[[], T]) -> T | None:
    """Return what `work` returns, None if it fails or takes longer: nothing here may stop a task."""
    results: list[T] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - whatever Apprise's hundred services raise, without its secrets
            log.warning("It failed with %s.", type(error).__name__)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return results[0] if results else None
