"""Encrypts PINs at rest, as Fernet tokens. Nothing here logs, and no repr shows a PIN or a key."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from multitv.reconciliation.errors import MissingPinKey
from multitv.settings import split_pin_keys


class Pins:
    """Encrypts with the first of the keys and decrypts with any, so a new key goes in front of the old ones."""

    def __init__(self, keys: SecretStr | None) -> None:
        """Take MULTITV_PIN_KEYS. Raises MissingPinKey if there is none, or if one of them is not a Fernet key."""
        try:
            self._keys = [Fernet(key) for key in split_pin_keys(keys)]
            self._fernet = MultiFernet(self._keys)
        except ValueError as error:
            raise MissingPinKey(
                "MULTITV_PIN_KEYS holds no Fernet key, or one that is wrong, so no PIN could be kept. Nothing was sent "
                "to the platform. docs/settings.md says how to make one; set it for every Airflow component, then "
                "clear this task."
            ) from error

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._keys)

    def encrypt(self, pin: SecretStr) -> str:
        """Return the PIN as a token that may be stored."""
        return self._fernet.encrypt(pin.get_secret_value().encode()).decode()

    def decrypt(self, stored: str) -> SecretStr:
        """Return the PIN of a stored token. Raises MissingPinKey if none of the keys opens it."""
        try:
            return SecretStr(self._fernet.decrypt(stored.encode()).decode())
        except InvalidToken as error:
            raise MissingPinKey(
                "A PIN was encrypted with a key that MULTITV_PIN_KEYS does not hold any more: put it back, at the end."
            ) from error

    def position(self, stored: str) -> int | None:
        """Return the position of the key that encrypted a token, 0 for the newest, or None; does not decrypt it."""
        for position, key in enumerate(self._keys):
            try:
                key.extract_timestamp(stored.encode())
            except InvalidToken:
                continue
            return position
        return None

    def rotate(self, stored: str) -> str:
        """Return the same PIN, encrypted with the newest key. Raises InvalidToken if none of the keys opens it."""
        return self._fernet.rotate(stored.encode()).decode()
