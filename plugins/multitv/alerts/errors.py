"""The errors of alerts. None holds an address, because addresses hold passwords and tokens."""

from __future__ import annotations

from multitv.errors import PermanentError, TransientError


class BadAlertUrl(PermanentError):
    """An address of MULTITV_ALERT_URLS is none that Apprise knows."""


class AlertNotSent(TransientError):
    """A channel did not take a message; the next run sends it."""


class HeartbeatNotSent(TransientError):
    """The address of MULTITV_HEARTBEAT_URL did not answer well."""


class AlertKindsFailed(TransientError):
    """Some kinds of alerts could not be looked for; the others were."""
