"""The settings of one ISP, read from MULTITV_* environment variables and validated together, once."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from multitv.errors import PermanentError


class SettingsError(PermanentError):
    """A MULTITV_* variable is missing or wrong; the message names it."""

    code = "bad_settings"
    status = 503
    cause = "setting_wrong"
    wrote_nothing = True


def _days(value: Any) -> Any:
    """Read '5,10, 15' as days; what is not text is left for pydantic to judge."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _first_of_month(value: date | None) -> date | None:
    if value is not None and value.day != 1:
        raise ValueError(f"{value} is not the first day of a month")
    return value


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone of the IANA database, such as America/Sao_Paulo") from error


# 32 bytes. Fernet itself skips whatever is no base64, and of "key key" it would silently take the first alone.
_FERNET_KEY = re.compile(r"[A-Za-z0-9_+/-]{43}=")


def split_pin_keys(written: SecretStr | None) -> list[str]:
    """Return the Fernet keys of MULTITV_PIN_KEYS, newest first; what is blank between commas is no key.

    Raises ValueError, which names a wrong or repeated key by its position and never tells anything of its value.
    """
    parts = written.get_secret_value().split(",") if written else []
    keys = [part.strip() for part in parts if part.strip()]
    seen: dict[bytes, int] = {}
    for position, key in enumerate(keys, 1):
        if not _FERNET_KEY.fullmatch(key):
            raise ValueError(
                f"key {position} of {len(keys)} is not a Fernet key: 44 characters of URL-safe base64, without quotes, "
                "with a comma to the next one. docs/settings.md says how to make one"
            )
        first = seen.setdefault(urlsafe_b64decode(key), position)
        if first != position:
            raise ValueError(
                f"key {position} of {len(keys)} is the same as key {first}: each may stand there once. To rotate, put "
                "a new key in front"
            )
    return keys


def _pin_keys(written: SecretStr | None) -> SecretStr | None:
    keys = split_pin_keys(written)
    return SecretStr(",".join(keys)) if keys else None


# A header carries it, and nobody is to guess it.
_METRICS_TOKEN = re.compile(r"[!-~]{20,}")


def _metrics_token(written: SecretStr | None) -> SecretStr | None:
    token = written.get_secret_value().strip() if written else ""
    if token and not _METRICS_TOKEN.fullmatch(token):
        raise ValueError("it needs at least 20 letters, digits and signs of ASCII, without blanks")
    return SecretStr(token) if token else None


def _urls(written: SecretStr | None) -> SecretStr | None:
    """Refuse what is no list of addresses. Which services there are is Apprise's to say, and takes long to load."""
    text = written.get_secret_value().strip() if written else ""
    if text and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        raise ValueError("it does not begin with an address of Apprise, such as mailtos:// or tgram://")
    return written if text else None


def _http_url(written: SecretStr | None) -> SecretStr | None:
    text = written.get_secret_value().strip() if written else ""
    if text and not re.fullmatch(r"https?://[^\s/]\S*", text):
        raise ValueError("it is not one address that begins with http:// or https://")
    return written if text else None


# Of our DAGs in Airflow, by which they are told from those of others.
OWNER = "multitv"
# After a deadline, until the scheduler ends a wait that the triggerer is to end.
WAIT_GRACE = timedelta(hours=1)


DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseSettings):
    """Every setting with its default. docs/settings.md lists them in a table, and a test compares the two.

    Days are calendar days in the ISP's time zone; shares are fractions of one.
    """

    # An error of pydantic shows what it was given, and that of all settings together holds the keys too.
    model_config = SettingsConfigDict(env_prefix="MULTITV_", frozen=True, hide_input_in_errors=True)

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
        default=60, gt=0, le=3600, description="how often the wait checks whether the standard billing is closed"
    )
    retry_delay_seconds: float = Field(
        default=30,
        gt=0,
        le=600,
        description="how long a task waits after a transient error before it is tried again; doubled each time",
    )
    catalog_time: time = Field(default=time(4), description="local time of day at which the catalogue is synced")
    erp_max_wrong: int = Field(
        default=50, ge=0, description="this many client plans may always have gone from the ERP, or be wrong in it"
    )
    erp_max_wrong_share: Share = Field(
        default=0.05, description="more than this share of the client plans gone, or wrong, stops billing"
    )
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
    go_live_month: Annotated[date | None, AfterValidator(_first_of_month)] = Field(
        default=None,
        description="the first month that owes anything, as its first day; without it that of the first TV billing",
    )
    billing_look_back_months: int = Field(
        default=2, ge=0, le=3, description="months before the present one in which what was never billed is looked for"
    )
    catalog_max_shrink: Share = Field(
        default=0.2, description="a catalogue that lost more than this share of its rows is refused"
    )
    catalog_max_quarantine: Share = Field(
        default=0.1, description="a catalogue with more than this share of bad rows is refused"
    )
    reconciliation_max_removals: int = Field(
        default=50,
        ge=0,
        description="more client plans than this that lose something within 24 hours wait for a person",
    )
    reconciliation_max_removal_share: Share = Field(
        default=0.05, description="so do more than this share of our subscribers"
    )
    reconciliation_max_change_share: Share = Field(
        default=0.5,
        description="a new subscriber for more than this share of the client plans stops a run, once as many were made",
    )
    reconciliation_max_shrink: Share = Field(
        default=0.2, description="an ERP or a platform that lost more than this share stops a run"
    )
    reconciliation_approval_hours: float = Field(
        default=8, gt=0, le=168, description="hours after which a question that nobody answered fails its run"
    )
    reconciliation_batches: int = Field(
        default=8,
        ge=1,
        le=500,
        description="mapped tasks into which the operations of a change set are divided, at most",
    )
    complete_snapshot_time: time | None = Field(
        default=None,
        description="local time of day at or after which one run a day reads all subscribers of the platform, and the "
        "others only those that changed; without it every run reads all",
    )
    changes_poll_seconds: float = Field(
        default=10,
        gt=0,
        le=3600,
        description="how often pending changes are looked for, should no notification wake `tv_plan_changes`",
    )
    platform_wait_hours: float = Field(
        default=12,
        gt=0,
        le=18,
        description="hours for which a run waits for a platform that does not answer, as in a maintenance, before it "
        "fails",
    )
    beenius_concurrency: int = Field(
        default=8, ge=1, le=64, description="requests that one task has in flight on the platform"
    )
    beenius_requests_per_second: float = Field(
        default=400, gt=0, description="requests that one task sends to the platform in a second, at most"
    )
    data_docs: Path | None = Field(
        default=None,
        description="folder for the gates' Data Docs, with a site for each gate; without it none are written",
    )
    data_docs_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="address at which people open the folder of the Data Docs, for the links in reports and errors",
    )
    privacy_folder: Path | None = Field(
        default=None,
        description="folder for the files of what is held about one client; without it none are written",
    )
    pin_keys: Annotated[SecretStr | None, AfterValidator(_pin_keys)] = Field(
        default=None,
        description="Fernet keys that encrypt PINs, newest first, with commas between; needed to provision",
    )

    alert_urls: Annotated[SecretStr | None, AfterValidator(_urls)] = Field(
        default=None,
        description="addresses of Apprise to which alerts go, with blanks or commas between; without it nobody is told",
    )
    heartbeat_url: Annotated[SecretStr | None, AfterValidator(_http_url)] = Field(
        default=None,
        description="address that each run of `tv_alerts` asks, so that a service outside notices when none does",
    )

    pin_reveals_per_hour: int = Field(
        default=20, ge=1, le=10_000, description="PINs that one person may be shown within an hour"
    )

    metrics_token: Annotated[SecretStr | None, AfterValidator(_metrics_token)] = Field(
        default=None,
        description="bearer token that lets Prometheus read `/multitv/metrics` and nothing else; "
        "without it only people who may see the screens can",
    )

    merge_year_after_months: int = Field(
        default=2,
        ge=0,
        le=120,
        description="months after which the events and postings of a year that is over become one partition",
    )

    keep_previews_days: int = Field(
        default=31, ge=7, le=36_500, description="days for which the stored list of a due date is kept"
    )
    keep_change_sets_days: int = Field(
        default=400,
        ge=62,
        le=36_500,
        description="days for which change sets are kept, with their operations and what then still differed",
    )
    keep_exclusions_days: int = Field(
        default=400,
        ge=62,
        le=36_500,
        description="days after a due date for which its exclusions are kept one by one; then their numbers are",
    )
    keep_offenders_days: int = Field(
        default=400, ge=62, le=36_500, description="days after a due date for which what its checks found is kept"
    )
    keep_catalog_syncs_days: int = Field(
        default=400,
        ge=62,
        le=36_500,
        description="days for which catalogue syncs are kept, with their changes and what was in quarantine",
    )
    keep_late_changes_days: int = Field(
        default=62,
        ge=7,
        le=36_500,
        description="days for which is kept when a closed due date changed; only a merge of partitions reads it",
    )
    keep_alerts_days: int = Field(
        default=180, ge=31, le=36_500, description="days for which alerts and failed tasks that are over are kept"
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

    def data_docs_page(self, gate: str) -> str | None:
        """Return the address of a gate's Data Docs; None if there are none, or nobody can open them."""
        if self.data_docs is None or self.data_docs_url is None:
            return None
        return f"{self.data_docs_url.rstrip('/')}/{gate}/index.html"

    def complete_since(self) -> datetime | None:
        """When all subscribers of the platform are to have been read at the earliest; None: now."""
        if self.complete_snapshot_time is None:
            return None
        now = datetime.now(self.timezone)
        latest = datetime.combine(now.date(), self.complete_snapshot_time, self.timezone)
        return latest if latest <= now else datetime.combine(now.date() - timedelta(days=1), latest.timetz())


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings of this process.

    Raises SettingsError, naming each bad variable, what it holds (unless that is secret) and what is wrong with it.
    """
    try:
        return Settings()
    except ValidationError as error:
        explained = "; ".join(_explain(item) for item in error.errors())
    # Outside, so that nothing which holds a secret hangs on what is raised.
    raise SettingsError(explained)


def _explain(item: Any) -> str:
    cause = str(item.get("ctx", {}).get("error") or item["msg"])
    if not item["loc"]:
        return cause
    name = str(item["loc"][0])
    secret = SecretStr in get_args(Settings.model_fields[name].annotation)
    return f"MULTITV_{name.upper()}{'' if secret else '=' + repr(item['input'])}: {cause}"
