"""A call of Airflow's API while nobody answers: repeated if nothing can have been carried out."""

from __future__ import annotations

import pytest

from include.local import rest
from include.local.rest import Api, ApiFailed
from tests.support.ports import free_ports

pytestmark = pytest.mark.slow


def test_whoever_watches_is_called_until_the_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "PATIENCE_SECONDS", 1.2)
    [port] = free_ports(1)
    calls: list[int] = []
    api = Api(f"http://127.0.0.1:{port}", "admin", "secret", lambda: calls.append(1))
    with pytest.raises(ApiFailed, match="does not answer"):
        api.run_state("tv_billing", "a")
    assert calls
    calls.clear()
    with pytest.raises(ApiFailed, match="does not answer"):
        api.trigger("tv_billing", {})
    assert calls, "nobody heard it, so that it may be said again"


def test_what_the_watch_raises_ends_the_waiting() -> None:
    [port] = free_ports(1)

    def give_up() -> None:
        raise ApiFailed("the api-server keeps ending")

    with pytest.raises(ApiFailed, match="keeps ending"):
        Api(f"http://127.0.0.1:{port}", "admin", "secret", give_up).run_state("tv_billing", "a")
