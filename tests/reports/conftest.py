"""An ISP and the platform, as the tests of the reconciliation have them."""

from __future__ import annotations

from tests.reconciliation.conftest import house, provisioned  # noqa: F401, fixtures
