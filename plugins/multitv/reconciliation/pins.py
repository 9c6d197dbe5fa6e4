"""PINs at rest: only as Fernet tokens. Nothing here logs, and what it holds shows itself to nobody."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from multitv.reconciliation.errors import MissingPinKey
from multitv.settings import split_pin_keys


class Pins:
    """Encrypts with the first of the keys, decrypts with any: so a new key is put in front of the old ones."""

    def __init__(self, keys: SecretStr | None) -> None:
        """Take MULTITV_PIN_KEYS. Raises MissingPinKey if there is none, or if one of them is no Fernet key."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in split_pin_keys(keys)])
        except ValueError as error:
            raise MissingPinKey(
                "MULTITV_PIN_KEYS holds no Fernet key, or one that is wrong, so no PIN could be kept. Nothing was sent "
                "to the platform. README.md says how to make one; set it for every Airflow component, then clear this "
                "task."
            ) from error

    def encrypt(self, pin: SecretStr) -> str:
        """Return what may be stored."""
        return self._fernet.encrypt(pin.get_secret_value().encode()).decode()

    def decrypt(self, stored: str) -> SecretStr:
        """Return the PIN. Raises MissingPinKey if none of the keys fits."""
        try:
            return SecretStr(self._fernet.decrypt(stored.encode()).decode())
        except InvalidToken as error:
            raise MissingPinKey(
                "A PIN was encrypted with a key that MULTITV_PIN_KEYS does not hold any more: put it back, at the end."
            ) from error
