"""How much the long proofs try: SOAK times as much as in `make test`, whose proofs are short."""

from __future__ import annotations

import os

SOAK = int(os.environ.get("SOAK", "1"))
