"""The offer of the made-up ISP: its service plans, and its TV packages with the values that an ISP sets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ESSENTIAL = "svc-essencial"
FAMILY = "svc-familia"
UNPRICED = "svc-internacionais"
FREE = "svc-documentarios"
DISCONTINUED = "svc-antigo"


@dataclass(frozen=True)
class ServicePlan:
    """A service plan with its TV tab. `package_uid` is its default package, None on a plan without TV.

    `weight` says how often it is sold, compared with the other plans of its kind.
    """

    id: int
    name: str
    monthly_price: Decimal
    package_uid: str | None
    weight: int
    business: bool = False

    @property
    def allows_tv(self) -> bool:
        return self.package_uid is not None


@dataclass(frozen=True)
class Package:
    """A package with what the ISP sets. `price` None: not for sale yet, 0.00: free; `point_limit` None: no limit.

    The first catalogue sync replaces its name, because the platform owns names.
    """

    platform_uid: str
    name: str
    service_type: str
    extra: bool
    price: Decimal | None
    point_limit: int | None


SERVICE_PLANS: tuple[ServicePlan, ...] = (
    ServicePlan(1, "Fibra 300 Mega", Decimal("79.90"), None, 5),
    ServicePlan(2, "Fibra 500 Mega", Decimal("99.90"), None, 4),
    ServicePlan(3, "Fibra 1 Giga", Decimal("149.90"), None, 1),
    ServicePlan(4, "Fibra 300 Mega + TV Essencial", Decimal("119.90"), ESSENTIAL, 5),
    ServicePlan(5, "Fibra 500 Mega + TV Essencial", Decimal("139.90"), ESSENTIAL, 4),
    ServicePlan(6, "Fibra 500 Mega + TV Família", Decimal("169.90"), FAMILY, 4),
    ServicePlan(7, "Fibra 1 Giga + TV Família", Decimal("219.90"), FAMILY, 2),
    ServicePlan(8, "Fibra Empresarial 600 Mega", Decimal("249.90"), None, 1, business=True),
)

# Default packages have the platform's own limits: a point beyond those could never be provisioned.
PACKAGES: tuple[Package, ...] = (
    Package(ESSENTIAL, "TV Essencial", "BASIC_SERVICE", False, None, 2),
    Package(FAMILY, "TV Família", "BASIC_SERVICE", False, None, 4),
    Package("svc-telecine", "Telecine", "EXTENDED_SERVICE", True, Decimal("29.90"), None),
    Package("svc-hbo", "HBO", "EXTENDED_SERVICE", True, Decimal("34.90"), 3),
    Package("svc-premiere", "Premiere", "EXTENDED_SERVICE", True, Decimal("89.90"), None),
    Package("svc-combate", "Combate", "EXTENDED_SERVICE", True, Decimal("39.90"), None),
    Package("svc-esportes", "Esportes", "EXTENDED_SERVICE", True, Decimal("24.90"), None),
    Package("svc-infantil", "Infantil", "EXTENDED_SERVICE", True, Decimal("14.90"), 5),
    Package(FREE, "Documentários", "EXTENDED_SERVICE", True, Decimal("0.00"), None),
    Package(UNPRICED, "Internacionais", "EXTENDED_SERVICE", True, None, None),
    # No longer on the platform: the first catalogue sync deactivates it.
    Package(DISCONTINUED, "Pacote Antigo", "EXTENDED_SERVICE", True, Decimal("19.90"), None),
)

EVERYDAY_PACKAGES: tuple[str, ...] = tuple(
    package.platform_uid for package in PACKAGES if package.price and package.platform_uid != DISCONTINUED
)


@dataclass(frozen=True)
class Offer:
    """What the demo population is sold. The uids name packages: `everyday` what most clients buy, the others by role.

    A role's uid is None if no package can play it; then nobody is sold one. A device type that is listed twice is sold
    twice as often; without any, nobody has a point.
    """

    service_plans: tuple[ServicePlan, ...]
    packages: tuple[Package, ...]
    everyday: tuple[str, ...]
    mistaken: str | None
    discontinued: str | None
    unpriced: str | None
    free: str | None
    device_types: tuple[str, ...]

    def plans_for_sale(self, *, tv: bool, business: bool = False) -> list[int]:
        """Return the ids of the plans of one kind, each repeated by its weight; those without TV if none has it."""
        return [
            plan.id
            for plan in self.service_plans
            if plan.allows_tv == tv and plan.business == business
            for _ in range(plan.weight)
        ] or self.plans_for_sale(tv=False)


OF_THE_SANDBOX = Offer(
    service_plans=SERVICE_PLANS,
    packages=PACKAGES,
    everyday=EVERYDAY_PACKAGES,
    mistaken=FAMILY,
    discontinued=DISCONTINUED,
    unpriced=UNPRICED,
    free=FREE,
    device_types=("stb-android", "stb-android", "stb-android", "stb-linux", "smart-tv"),
)
