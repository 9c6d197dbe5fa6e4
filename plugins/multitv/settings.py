"""The settings of one ISP, read from MULTITV_* environment variables and validated together, once."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from multitv.errors import PermanentError

REPOSITORY = Path(__file__).resolve().parents[2]


class SettingsError(PermanentError):
    """A MULTITV_* variable is missing or wrong; the message names it."""


def _days(value: Any) -> Any:
    """Read '5,10, 15' as days; what is not text is left for pydantic to judge."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone of the IANA database, such as America/Sao_Paulo") from error


DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseSettings):
    """Every setting with its default. README.md lists them in a table, and a test compares the two.

    Days are calendar days in the ISP's time zone; shares are fractions of one.
    """

    model_config = SettingsConfigDict(env_prefix="MULTITV_", frozen=True)

    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(
        default=ZoneInfo("America/Sao_Paulo"), description="the ISP's business time zone"
    )
    due_days: Annotated[tuple[DayOfMonth, ...], NoDecode, BeforeValidator(_days)] = Field(
        default=(1, 5, 10, 15, 20, 25, 30), min_length=1, description="days of the month on which invoices fall due"
    )
    tv_billing_days_ahead: int = Field(
        default=10, ge=0, le=27, description="`tv_billing` starts this many days before each due date"
    )
    standard_billing_days_ahead: int = Field(
        default=7, ge=0, le=27, description="`standard_billing` starts this many days before each due date"
    )
    billing_time: time = Field(default=time(6), description="local time of day at which billing runs start")
    standard_billing_deadline_days: int = Field(
        default=3,
        ge=0,
        le=60,
        description="days after the due date until which `tv_billing` waits for the standard billing",
    )
    standard_billing_poll_seconds: float = Field(
        default=60, gt=0, le=3600, description="how often the wait looks whether the standard billing is closed"
    )
    retry_delay_seconds: float = Field(
        default=30,
        gt=0,
        le=600,
        description="a task that failed by a passing error waits so long, then twice as long each time",
    )
    catalog_time: time = Field(default=time(4), description="local time of day at which the catalogue is synced")
    billing_max_voids: int = Field(
        default=20, ge=0, description="this many pending events of a due date may always be voided at once"
    )
    billing_max_void_share: Share = Field(
        default=0.1, description="more than this share of a due date's pending events is not voided without a person"
    )
    billing_approval: Literal["auto", "always", "never"] = Field(
        default="auto", description="whether a person is asked before a list is saved; auto: if something is unusual"
    )
    billing_max_change_share: Share = Field(
        default=0.2, description="unusual: charges or total differ from the month before by more than this share"
    )
    billing_max_amount: Decimal = Field(default=Decimal(500), gt=0, description="unusual: a charge over this, in reais")
    billing_approval_hours: float = Field(
        default=48, gt=0, le=720, description="hours after which a review that nobody answered fails its run"
    )
    catalog_max_shrink: Share = Field(
        default=0.2, description="a catalogue that lost more than this share of its rows is refused"
    )
    catalog_max_quarantine: Share = Field(
        default=0.1, description="a catalogue with more than this share of bad rows is refused"
    )
    reconciliation_max_removals: int = Field(
        default=50, ge=0, description="a plan that takes something from more client plans than this waits for a person"
    )
    reconciliation_max_removal_share: Share = Field(
        default=0.05, description="so does one that takes something from more than this share of our subscribers"
    )
    reconciliation_max_change_share: Share = Field(
        default=0.5, description="so does one that changes more than this share of our subscribers"
    )
    reconciliation_max_shrink: Share = Field(
        default=0.2, description="so does one whose ERP or platform lost more than this share since the last plan"
    )
    reconciliation_approval_hours: float = Field(
        default=8, gt=0, le=168, description="hours after which a plan that nobody approved counts as rejected"
    )
    reconciliation_batches: int = Field(
        default=8, ge=1, le=500, description="mapped tasks into which the operations of a plan are divided, at most"
    )
    beenius_concurrency: int = Field(
        default=8, ge=1, le=64, description="requests that one task has in flight on the platform"
    )
    beenius_requests_per_second: float = Field(
        default=400, gt=0, description="requests that one task sends to the platform in a second, at most"
    )
    data_docs: Path | None = Field(
        default=None, description="folder for what the gates judged, a site each; without it no pages are written"
    )
    pin_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys that encrypt PINs, newest first, with commas between; needed to provision",
    )

    @model_validator(mode="after")
    def _standard_billing_comes_later(self) -> Settings:
        if self.standard_billing_days_ahead > self.tv_billing_days_ahead:
            raise ValueError(
                "MULTITV_STANDARD_BILLING_DAYS_AHEAD: the standard billing must not start before tv_billing "
                f"({self.standard_billing_days_ahead} > MULTITV_TV_BILLING_DAYS_AHEAD={self.tv_billing_days_ahead})"
            )
        return self

    def today(self) -> date:
        """Today's business date, in the ISP's time zone."""
        return datetime.now(self.timezone).date()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings of this process.

    Raises SettingsError, naming each bad variable, what it holds and what is wrong with it.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(item) for item in error.errors())) from error


def _explain(item: Any) -> str:
    path = item["loc"]
    if not path:
        return str(item["ctx"]["error"])
    return f"MULTITV_{str(path[0]).upper()}={item['input']!r}: {item['msg']}"
