"""Wire models: they validate requests and describe the API in OpenAPI."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

T = TypeVar("T")
Status = Literal["ACTIVE", "SUSPENDED", "INACTIVE"]
Name = Annotated[str, Field(max_length=100)]
Filled = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _rfc_3339(text: Any) -> Any:
    if text is not None and not (isinstance(text, str) and RFC_3339.fullmatch(text)):
        raise ValueError("write the time as RFC 3339 says, with its offset: 2026-01-31T12:00:00Z")
    return text


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("there is no such time in UTC") from error


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc_3339), AfterValidator(_in_utc)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSubscriber(Strict):
    external_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S")]
    first_name: Filled
    last_name: Name
    status: Status


class SubscriberChange(Strict):
    first_name: Filled | None = None
    last_name: Name | None = None
    status: Status | None = None

    @model_validator(mode="after")
    def _something(self) -> SubscriberChange:
        given = self.model_dump(exclude_unset=True)
        if not given or None in given.values():
            raise ValueError("give at least one of first_name, last_name, status, and none of them null")
        return self


class NewSubscription(Strict):
    active_from: Moment | None = None


class NewDevice(Strict):
    device_type_uid: Filled
    serial: Name | None = None
    label: Name | None = None


class Channel(BaseModel):
    uid: str
    name: str
    number: int
    genre_uid: str
    active: bool
    updated_at: datetime


class Genre(BaseModel):
    uid: str
    name: str


class DeviceType(BaseModel):
    uid: str
    name: str


class LicensedService(BaseModel):
    uid: str
    name: str
    type: Literal["BASIC_SERVICE", "EXTENDED_SERVICE"]
    active: bool
    channel_uids: list[str]
    max_devices: int
    updated_at: datetime


class Subscription(BaseModel):
    service_uid: str
    active_from: datetime
    active_to: datetime | None


class Device(BaseModel):
    mac: str
    device_type_uid: str
    serial: str | None
    label: str | None
    status: str


class Subscriber(BaseModel):
    uid: str
    external_id: str | None
    first_name: str
    last_name: str
    status: Status
    services: list[Subscription]
    devices: list[Device]
    version: int
    updated_at: datetime


class CreatedSubscriber(Subscriber):
    auth_pin: str | None = Field(None, description="Only in the first answer to an Idempotency-Key")


class AuthPin(BaseModel):
    auth_pin: str | None = Field(None, description="Only in the first answer to an Idempotency-Key")


class Page(BaseModel, Generic[T]):
    list: list[T]
    pageNumber: int  # noqa: N815 - the platform's own name
    pageSize: int  # noqa: N815
    rowCount: int  # noqa: N815


class ErrorDetail(BaseModel):
    code: str
    message: str
    field: str | None
    request_id: str
    retryable: bool
    uid: str | None = Field(None, description="Of the subscriber that has the external_id (SUBSCRIBER_EXISTS)")


class ErrorEnvelope(BaseModel):
    error: ErrorDetail


class Token(BaseModel):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
