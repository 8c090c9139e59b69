"""The configuration of a field: its resolver, auth modes, batching and caching. An entry is checked when created."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Resolver = Callable[..., Any]
ROOT_TYPES = ("Query", "Mutation", "Subscription")
CONTEXT_KEYS = ("arguments", "source", "identity")
ADMINS = "admins"  # the only group with additional permissions


class InvalidFieldConfig(ValueError):
    """A field's configuration is contradictory or exceeds a limit of AppSync; the message names the option."""


@dataclass(frozen=True)
class AuthMode:
    """An AppSync authorization mode, identified by its directive."""

    directive: str


COGNITO = AuthMode("aws_cognito_user_pools")
OIDC = AuthMode("aws_oidc")
IAM = AuthMode("aws_iam")


@dataclass(frozen=True)
class Batch:
    """The field is resolved for several parents at once: at most `size` in one invocation.

    The resolver receives the attribute `by` of each parent or, without `by`, the parents themselves.
    """

    size: int
    by: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 2_000:
            raise InvalidFieldConfig(f"batch size {self.size}: AppSync allows 1 to 2,000")


@dataclass(frozen=True)
class Cache:
    """AppSync caches results for `seconds`, separately for each combination of the caching keys' values.

    The keys are paths into the resolver's context, such as `arguments.id`.
    """

    seconds: int
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 3_600:
            raise InvalidFieldConfig(f"cached for {self.seconds} s: AppSync allows 1 to 3,600")
        if not 1 <= len(self.keys) <= 25 or any(path.partition(".")[0] not in CONTEXT_KEYS for path in self.keys):
            raise InvalidFieldConfig(
                f"cached by {self.keys}: AppSync allows 1 to 25 paths into {', '.join(CONTEXT_KEYS)}"
            )


@dataclass(frozen=True)
class CacheEviction:
    """A mutation evicts one cached result of `field`: `keys` maps each caching key to the path of its value."""

    field: str
    keys: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class FieldConfig:
    """One field of the schema: its resolver, the callers that may use it, and how it is executed.

    The resolver's module is its Lambda function. With `none_data_source`, AppSync resolves the field without a
    function, and the resolver only states the signature. `errors` are the errors that the function may return in
    addition to those of every field (resolvers/wiring.py).
    """

    path: str
    resolver: Resolver
    auth_modes: tuple[AuthMode, ...]
    batch: Batch | None = None
    cache: Cache | None = None
    evictions: tuple[CacheEviction, ...] = ()
    none_data_source: bool = False
    subscribes_to: tuple[str, ...] = ()
    deprecated: str | None = None
    errors: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        if not (self.parent and self.name and self.auth_modes):
            raise InvalidFieldConfig(f"{self.path!r} must be Type.field with at least one auth mode")
        if self.batch and self.parent in ROOT_TYPES:
            raise InvalidFieldConfig(f"{self.path}: a root field has no parents to batch")
        if self.cache and self.parent in ("Mutation", "Subscription"):
            raise InvalidFieldConfig(f"{self.path}: only results of queries can be cached")
        if self.cache and self.batch:
            raise InvalidFieldConfig(f"{self.path}: AppSync does not document how it caches a batch")
        if self.evictions and self.parent != "Mutation":
            raise InvalidFieldConfig(f"{self.path}: only a mutation can evict")
        if bool(self.subscribes_to) != (self.parent == "Subscription"):
            raise InvalidFieldConfig(f"{self.path}: a subscription, and no other field, must name its mutations")
        if self.none_data_source and self.errors:
            raise InvalidFieldConfig(
                f"{self.path}: AppSync itself resolves it, so no function returns {self.errors[0].__name__}"
            )

    @property
    def parent(self) -> str:
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        return self.path.partition(".")[2]

    @property
    def function(self) -> str:
        """The Lambda function that answers: the resolver's module."""
        return self.resolver.__module__.rpartition(".")[2]


@dataclass(frozen=True)
class Limits:
    """Limits of AppSync and Lambda for one request, one invocation, one message and one connection.

    https://docs.aws.amazon.com/general/latest/gr/appsync.html
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """

    seconds: int  # for one request
    tokens: int  # in its document
    depth: int
    resolvers: int
    resolver_bytes: int  # result of one resolver
    payload_bytes: int  # request and response of one invocation
    published_bytes: int  # one message to a subscriber
    subscriptions: int  # on one connection


@dataclass(frozen=True)
class UsagePlan:
    """Limits of a customer's API key over REST: requests per second, burst size and requests per month.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """

    rate: int
    burst: int
    quota: int


@dataclass(frozen=True)
class RestApiConfig:
    """How API Gateway serves the REST routes.

    `seconds` is the integration timeout, `cache_seconds` and `token_seconds` the lifetimes of cached responses and
    policies, `compressed_bytes` the minimum size of a compressed body; `rate` and `burst` apply to all customers
    together.
    """

    seconds: int
    cache_seconds: int
    token_seconds: int
    compressed_bytes: int
    rate: int
    burst: int
