"""`python -m multitv.alerts`: sends a message to every channel and asks the heartbeat's address, as a trial."""

from __future__ import annotations

import logging
import sys

from multitv import console
from multitv.alerts.channels import beat, open_channels
from multitv.alerts.errors import AlertNotSent
from multitv.settings import get_settings

# Not __name__, which is __main__ where this is a command.
log = logging.getLogger("multitv.alerts")


def try_out() -> None:
    """Send a trial message to every channel. Raises BadAlertUrl, AlertNotSent, HeartbeatNotSent."""
    settings = get_settings()
    channels = open_channels(settings.alert_urls)
    refused = [
        channel.name
        for channel in channels
        if not channel.send("Multi TV: teste", "Esta mensagem é um teste: os alertas do Multi TV chegam aqui.")
    ]
    if refused:
        raise AlertNotSent(f"{', '.join(refused)} of MULTITV_ALERT_URLS did not take the message.")
    log.info("%s channels took a message.", len(channels))
    log.info("The heartbeat %s.", "was answered" if beat(settings.heartbeat_url) else "is not set")


if __name__ == "__main__":
    sys.exit(console.run(try_out))
