"""The extra fields of a client plan that the integration fills in, named as the manual names them."""

from __future__ import annotations

UID_FIELD = "ID Assinante Beenius"
PIN_FIELD = "Auth Pin Assinante Beenius"
