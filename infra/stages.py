"""The settings that differ between deployments; everything else is the same in all of them.

An invalid setting raises InvalidStage at construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk.aws_appsync import FieldLogLevel
from aws_cdk.aws_logs import RetentionDays

from infra.cli_errors import InvalidStage as InvalidStage
from resolvers.field_config import COGNITO, OIDC, AuthMode
from resolvers.wiring import FIELDS, MEMORY_MB, USAGE_PLANS

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
LIMITS_OF_AWS = {
    "memory_mb": (128, 10_240),
    "provisioned_concurrency": (1, 1_000),
    "reserved_concurrency": (1, 1_000),
    "requests_in_five_minutes": (10, 2_000_000_000),
}
APPSYNC_CACHE_SIZES = ("SMALL", "MEDIUM", "LARGE", "XLARGE", "LARGE_2X", "LARGE_4X", "LARGE_8X", "LARGE_12X")
REST_CACHE_SIZES_GB = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")  # GB
FUNCTIONS = tuple(sorted({field.function for field in FIELDS if not field.none_data_source}))
NON_FIELD_FUNCTIONS = ("stream", "rest", "authorizer")


@dataclass(frozen=True)
class BusinessHours:
    """Business hours: from one full hour to another of the same day, in a time zone."""

    start: int
    end: int
    time_zone: str = "America/Los_Angeles"
    days: str = "MON-FRI"

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 23:
            raise InvalidStage(f"business hours from {self.start}:00 to {self.end}:00 must end later on the same day")


@dataclass(frozen=True)
class Capacity:
    """Capacity units per second of the table and of each index: minimum in and outside business hours, and maximum."""

    business_hours_min: int
    off_hours_min: int
    max: int

    def __post_init__(self) -> None:
        if not 1 <= self.off_hours_min <= self.business_hours_min <= self.max:
            raise InvalidStage(
                f"capacity of {self.off_hours_min} by night, {self.business_hours_min} by day and {self.max} at most"
            )


@dataclass(frozen=True)
class ProvisionedCapacity:
    """Provisioned capacity, billed by the hour, with auto scaling. Without it the table is billed per request."""

    reads: Capacity
    writes: Capacity


@dataclass(frozen=True)
class UserPool:
    """A Cognito user pool for the stage. `threat_protection` makes Cognito block leaked passwords and suspicious
    sign-ins; `web_url` is the redirect URL of the web app.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-idp-settings.html
    """

    threat_protection: bool = False
    web_url: str = "http://localhost:3000/"
    mode: AuthMode = COGNITO

    def __post_init__(self) -> None:
        if not self.web_url.startswith(("https://", "http://localhost:")):
            raise InvalidStage(f"the web app at {self.web_url!r} must use https, or http on localhost")


@dataclass(frozen=True)
class OidcIssuer:
    """An external OpenID Connect issuer. `audience` is a regular expression, as in AppSync, that a token's audience
    must match."""

    url: str
    audience: str
    user_id_claim: str = "sub"
    groups_claim: str = "groups"
    mode: AuthMode = OIDC

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise InvalidStage(f"the issuer {self.url!r} must use https")
        if not self.audience:
            raise InvalidStage(
                f"the issuer {self.url} has no audience: the API would accept its tokens for any application"
            )


@dataclass(frozen=True)
class Stage:
    """One deployment. `provisioned_concurrency` (by function) applies in business hours; the functions in `snap_start`
    start from a snapshot.

    `retain_data` protects the table and the user pool from deletion; `cache` is the size of AppSync's cache, and
    `rest_cache` that of API Gateway's in GB, both billed by the hour. `api_customers` has the customers of each REST
    plan; each customer has an API key.
    """

    name: str
    auth: UserPool | OidcIssuer = field(default_factory=UserPool)
    business_hours: BusinessHours = field(default_factory=lambda: BusinessHours(7, 19))
    capacity: ProvisionedCapacity | None = None
    memory_mb: Mapping[str, int] = field(default_factory=dict)
    provisioned_concurrency: Mapping[str, int] = field(default_factory=dict)
    snap_start: tuple[str, ...] = ()
    reserved_concurrency: Mapping[str, int] = field(default_factory=dict)
    cache: str | None = None
    rest_cache: str | None = None
    api_customers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(USAGE_PLANS, ("first",)))
    requests_in_five_minutes: int = 10_000
    alarm_email: str | None = None
    log_days: RetentionDays = RetentionDays.ONE_WEEK
    log_level: FieldLogLevel = FieldLogLevel.ERROR
    introspection: bool = True
    customer_managed_key: bool = False
    retain_data: bool = False

    def __post_init__(self) -> None:
        configured = {
            **self.memory_mb,
            **self.provisioned_concurrency,
            **dict.fromkeys(self.snap_start),
            **self.reserved_concurrency,
        }
        if unknown := sorted(set(configured) - {*FUNCTIONS, *NON_FIELD_FUNCTIONS}):
            raise InvalidStage(f"{self.name}: there is no function {', '.join(unknown)}")
        if conflicting := sorted(set(self.provisioned_concurrency) & set(self.snap_start)):
            raise InvalidStage(
                f"{self.name}: {', '.join(conflicting)} cannot have both provisioned concurrency and SnapStart"
            )
        for name, (minimum, maximum) in LIMITS_OF_AWS.items():
            setting = getattr(self, name)
            values = setting if isinstance(setting, Mapping) else {"": setting}
            if invalid := [
                f"{function} {value:,}".strip() for function, value in values.items() if not minimum <= value <= maximum
            ]:
                raise InvalidStage(
                    f"{self.name}: {name} of {', '.join(invalid)}: AWS allows {minimum:,} to {maximum:,}"
                )
        if self.cache is not None and self.cache not in APPSYNC_CACHE_SIZES:
            raise InvalidStage(
                f"{self.name}: AppSync has no cache of size {self.cache!r}: use one of {', '.join(APPSYNC_CACHE_SIZES)}"
            )
        if self.rest_cache is not None and self.rest_cache not in REST_CACHE_SIZES_GB:
            raise InvalidStage(
                f"{self.name}: API Gateway has no cache of {self.rest_cache!r} GB: "
                f"use one of {', '.join(REST_CACHE_SIZES_GB)}"
            )
        if unknown := sorted(set(self.api_customers) - set(USAGE_PLANS)):
            raise InvalidStage(f"{self.name}: there is no plan {', '.join(unknown)}")
        if self.retain_data and not self.alarm_email:
            raise InvalidStage(f"{self.name} sets retain_data and must set alarm_email")

    def memory_of(self, function: str) -> int:
        return self.memory_mb.get(function, MEMORY_MB)


BUSINESS_HOURS_CAPACITY = ProvisionedCapacity(
    reads=Capacity(business_hours_min=50, off_hours_min=5, max=1_000),
    writes=Capacity(business_hours_min=25, off_hours_min=5, max=500),
)

STAGES = {
    stage.name: stage
    for stage in (
        Stage("dev"),
        Stage(
            "staging",
            auth=UserPool(web_url="https://staging.homes.example.com/"),
            snap_start=("properties", "listings", "rest", "authorizer"),
            cache="SMALL",
            rest_cache="0.5",
            alarm_email="homes-staging@example.com",
            log_days=RetentionDays.ONE_MONTH,
        ),
        Stage(
            "prod",
            auth=UserPool(threat_protection=True, web_url="https://homes.example.com/"),
            capacity=BUSINESS_HOURS_CAPACITY,
            memory_mb={"properties": 512, "listings": 512},
            provisioned_concurrency={"properties": 5, "listings": 5},
            snap_start=("images", "history", "users", "rest", "authorizer"),
            reserved_concurrency={"stream": 20},
            cache="MEDIUM",
            rest_cache="1.6",
            requests_in_five_minutes=5_000,
            alarm_email="homes-alarms@example.com",
            log_days=RetentionDays.THREE_MONTHS,
            introspection=False,
            customer_managed_key=True,
            retain_data=True,
        ),
    )
}


def get_stage(name: str) -> Stage:
    """Returns the stage with this name. Raises InvalidStage, which lists the names."""
    if name not in STAGES:
        raise InvalidStage(f"there is no stage {name!r}: STAGE is one of {', '.join(STAGES)}")
    return STAGES[name]
