"""Signed access tokens that carry their expiry, and an epoch whose change expires all of them at once."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from include.sandbox.clock import Clock
from include.sandbox.settings import Settings
from include.sandbox.store import Store


class Tokens:
    """Issues and checks tokens. Key and epoch are in the store, so tokens survive a restart."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        if store.setting("token_key") is None:
            store.set("token_key", secrets.token_hex(32))
        self._key = bytes.fromhex(store.setting("token_key") or "")
        self._epoch = int(store.setting("token_epoch") or 0)

    def knows(self, client_id: str, client_secret: str) -> bool:
        """Return whether these are the operator's credentials, in constant time."""
        same_id = hmac.compare_digest(client_id.encode(), self._settings.client_id.encode())
        same_secret = hmac.compare_digest(client_secret.encode(), self._settings.client_secret.encode())
        return same_id and same_secret

    def issue(self, seconds: int) -> str:
        end = int(self._clock.now().timestamp()) + seconds
        claims = f"{end}.{self._epoch}.{secrets.token_hex(8)}"
        return f"{claims}.{self._signature(claims)}"

    def live(self, token: str) -> bool:
        claims, _, signature = token.rpartition(".")
        if not claims or not hmac.compare_digest(signature.encode(), self._signature(claims).encode()):
            return False
        end, epoch, _ = claims.split(".")
        return int(epoch) == self._epoch and self._clock.now().timestamp() < int(end)

    def expire(self) -> None:
        """Expire every token issued so far."""
        self._epoch += 1
        self._store.set("token_epoch", str(self._epoch))

    def _signature(self, claims: str) -> str:
        return hmac.new(self._key, claims.encode(), hashlib.sha256).hexdigest()
