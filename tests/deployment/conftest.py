"""The files that deploy Multi TV, as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture
def stack(repository: Path) -> Any:
    return yaml.safe_load((repository / "docker-compose.yml").read_text())


@pytest.fixture
def chart(repository: Path) -> Any:
    return yaml.safe_load((repository / "helm" / "values.yaml").read_text())
