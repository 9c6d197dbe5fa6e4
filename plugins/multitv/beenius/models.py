"""What goes over the wire, typed. Unknown fields are ignored, the needed ones must be there and right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Status = Literal["ACTIVE", "SUSPENDED", "INACTIVE"]
Uid = Annotated[str, Field(pattern=r"\S")]
Count = Annotated[int, Field(strict=True, ge=0)]


# The contract says lower case with colons; upper case was seen.
Mac = Annotated[str, StringConstraints(to_lower=True, pattern=r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$")]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Token(Wire):
    access_token: SecretStr = Field(min_length=1)


class PageBody(Wire):
    """One page of a list. Its rows are as they came: whoever wants them judges them one by one."""

    rows: list[Any] = Field(alias="list")
    number: Count = Field(alias="pageNumber")
    size: Count = Field(alias="pageSize", gt=0)
    row_count: Count = Field(alias="rowCount")


class Subscription(Wire):
    """A service of a subscriber; live while `active_to` is None."""

    service_uid: Uid
    active_from: AwareDatetime
    active_to: AwareDatetime | None = None


class Device(Wire):
    """A set-top box; the MAC is in lower case with colons, whatever the platform sent."""

    mac: Mac
    device_type_uid: Uid
    serial: str | None = None
    label: str | None = None
    status: str | None = None


class Subscriber(Wire):
    """A subscriber as read. `external_id` is a client plan's id as text; None on what was made by hand."""

    uid: Uid
    external_id: str | None = None
    first_name: str
    last_name: str
    status: Status
    services: tuple[Subscription, ...]
    devices: tuple[Device, ...]
    version: Count
    updated_at: AwareDatetime


class CreatedSubscriber(Subscriber):
    """A subscriber just created. The PIN is None if this answer repeats an earlier one, which alone had it."""

    auth_pin: SecretStr | None = None


class AuthPin(Wire):
    auth_pin: SecretStr | None = None


class ErrorDetail(Wire):
    code: str
    message: str = ""
    field: str | None = None
    uid: str | None = None


class ErrorBody(Wire):
    error: ErrorDetail


@dataclass(frozen=True)
class Page:
    """A page of a list in mid-scan. Each row is a mapping with a text `uid`; nothing more is known of it."""

    resource: str
    number: int
    rows: list[Mapping[str, Any]]
    row_count: int
