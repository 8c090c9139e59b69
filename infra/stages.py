"""What differs between deployments; whatever is not said here is alike in all of them.

A stage that cannot be meant is refused when it is made, with the sentence that says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk.aws_appsync import FieldLogLevel
from aws_cdk.aws_logs import RetentionDays

from infra.cli_errors import BadStage as BadStage
from resolvers.field_config import COGNITO, OIDC, Mode
from resolvers.wiring import FIELDS, MEMORY_MB, PLANS

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
# https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
BOUNDS = {
    "memory_mb": (128, 10_240),
    "warm": (1, 1_000),
    "reserved": (1, 1_000),
    "requests_in_five_minutes": (10, 2_000_000_000),
}
CACHES = ("SMALL", "MEDIUM", "LARGE", "XLARGE", "LARGE_2X", "LARGE_4X", "LARGE_8X", "LARGE_12X")
REST_CACHES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")  # GB
FUNCTIONS = tuple(sorted({row.function for row in FIELDS if not row.local}))
BESIDE = ("stream", "rest", "authorizer")


@dataclass(frozen=True)
class Hours:
    """The hours of business: from one full hour to another of the same day, in a time zone."""

    opens: int
    closes: int
    zone: str = "America/Los_Angeles"
    days: str = "MON-FRI"

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 23:
            raise BadStage(f"business from {self.opens}:00 to {self.closes}:00 ends before it starts, or not that day")


@dataclass(frozen=True)
class Capacity:
    """Units a second that a table, and each of its indexes, has at the least: in business hours, and outside them."""

    by_day: int
    by_night: int
    most: int

    def __post_init__(self) -> None:
        if not 1 <= self.by_night <= self.by_day <= self.most:
            raise BadStage(f"capacity of {self.by_night} by night, {self.by_day} by day and {self.most} at most")


@dataclass(frozen=True)
class Provisioned:
    """Capacity that is paid for by the hour and follows the load. Without it the table is paid for by the request."""

    reads: Capacity
    writes: Capacity


@dataclass(frozen=True)
class Pool:
    """A Cognito user pool of the stage's own. `guarded` has Cognito refuse stolen passwords and odd sign-ins; `web` is
    the one address that it sends people of the web app back to.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-app-idp-settings.html
    """

    guarded: bool = False
    web: str = "http://localhost:3000/"
    mode: Mode = COGNITO

    def __post_init__(self) -> None:
        if not self.web.startswith(("https://", "http://localhost:")):
            raise BadStage(f"the web app at {self.web!r} has no https address, and is not on localhost")


@dataclass(frozen=True)
class Issuer:
    """Anybody else's OpenID issuer. A token must name the audience, which is a regular expression as AppSync has it;
    its claims may have names of their own."""

    url: str
    audience: str
    user_id_claim: str = "sub"
    groups_claim: str = "groups"
    mode: Mode = OIDC

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise BadStage(f"the issuer {self.url!r} has no https address")
        if not self.audience:
            raise BadStage(f"the issuer {self.url} has no audience: it would let in whoever has a token for anything")


@dataclass(frozen=True)
class Stage:
    """One deployment. `warm` processes of each function wait in business hours; `snapshots` start the others fast.

    `keep` guards table and pool against removal; `cache` is the size of AppSync's, and `rest_cache` that of API
    Gateway's in GB, which are paid for by the hour. Each of the `customers` of a REST plan has a key.
    """

    name: str
    auth: Pool | Issuer = field(default_factory=Pool)
    business: Hours = field(default_factory=lambda: Hours(7, 19))
    capacity: Provisioned | None = None
    memory_mb: Mapping[str, int] = field(default_factory=dict)
    warm: Mapping[str, int] = field(default_factory=dict)
    snapshots: tuple[str, ...] = ()
    reserved: Mapping[str, int] = field(default_factory=dict)
    cache: str | None = None
    rest_cache: str | None = None
    customers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(PLANS, ("first",)))
    requests_in_five_minutes: int = 10_000
    alarm_email: str | None = None
    log_days: RetentionDays = RetentionDays.ONE_WEEK
    log_level: FieldLogLevel = FieldLogLevel.ERROR
    introspection: bool = True
    own_key: bool = False
    keep: bool = False

    def __post_init__(self) -> None:
        named = {**self.memory_mb, **self.warm, **dict.fromkeys(self.snapshots), **self.reserved}
        if unknown := sorted(set(named) - {*FUNCTIONS, *BESIDE}):
            raise BadStage(f"{self.name}: there is no function {', '.join(unknown)}")
        if both := sorted(set(self.warm) & set(self.snapshots)):
            raise BadStage(f"{self.name}: {', '.join(both)} cannot be kept warm and start from a snapshot as well")
        for name, (least, most) in BOUNDS.items():
            told = getattr(self, name)
            values = told if isinstance(told, Mapping) else {"": told}
            if wrong := [
                f"{function} {value:,}".strip() for function, value in values.items() if not least <= value <= most
            ]:
                raise BadStage(f"{self.name}: {name} of {', '.join(wrong)}: AWS takes {least:,} to {most:,}")
        if self.cache is not None and self.cache not in CACHES:
            raise BadStage(f"{self.name}: there is no cache of size {self.cache!r}: AppSync has {', '.join(CACHES)}")
        if self.rest_cache is not None and self.rest_cache not in REST_CACHES:
            raise BadStage(
                f"{self.name}: no cache has {self.rest_cache!r} GB: API Gateway has {', '.join(REST_CACHES)}"
            )
        if unknown := sorted(set(self.customers) - set(PLANS)):
            raise BadStage(f"{self.name}: there is no plan {', '.join(unknown)}")
        if self.keep and not self.alarm_email:
            raise BadStage(f"{self.name} keeps its data, and nobody is told of its alarms")

    def memory_of(self, function: str) -> int:
        return self.memory_mb.get(function, MEMORY_MB)


OFFICE = Provisioned(
    reads=Capacity(by_day=50, by_night=5, most=1_000), writes=Capacity(by_day=25, by_night=5, most=500)
)

STAGES = {
    stage.name: stage
    for stage in (
        Stage("dev"),
        Stage(
            "staging",
            auth=Pool(web="https://staging.homes.example.com/"),
            snapshots=("properties", "listings", "rest", "authorizer"),
            cache="SMALL",
            rest_cache="0.5",
            alarm_email="homes-staging@example.com",
            log_days=RetentionDays.ONE_MONTH,
        ),
        Stage(
            "prod",
            auth=Pool(guarded=True, web="https://homes.example.com/"),
            capacity=OFFICE,
            memory_mb={"properties": 512, "listings": 512},
            warm={"properties": 5, "listings": 5},
            snapshots=("images", "history", "users", "rest", "authorizer"),
            reserved={"stream": 20},
            cache="MEDIUM",
            rest_cache="1.6",
            requests_in_five_minutes=5_000,
            alarm_email="homes-alarms@example.com",
            log_days=RetentionDays.THREE_MONTHS,
            introspection=False,
            own_key=True,
            keep=True,
        ),
    )
}


def named(name: str) -> Stage:
    """The stage with this name. Raises BadStage, which names those that there are."""
    if name not in STAGES:
        raise BadStage(f"there is no stage {name!r}: STAGE is one of {', '.join(STAGES)}")
    return STAGES[name]
