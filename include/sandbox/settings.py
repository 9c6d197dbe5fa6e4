"""The settings of a sandbox: where it listens, which credentials it accepts, where it keeps its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

NAME = "SANDBOX_"


@dataclass(frozen=True)
class Settings:
    """`token_seconds` is the lifetime of an access token; port 0 takes a free port; `variant` is a name of VARIANTS."""

    state: Path
    host: str = "127.0.0.1"
    port: int = 8090
    client_id: str = "sandbox"
    client_secret: str = field(default="sandbox", repr=False)
    operator_uid: str = "op-demo"
    token_seconds: int = 3600
    variant: str = "contract"
