"""The extra fields of a client plan that the integration fills in, under the manual's names."""

from __future__ import annotations

UID_FIELD = "ID Assinante Beenius"
PIN_FIELD = "Auth Pin Assinante Beenius"
