"""The words of the wiring: what a row can say about a field. A row is checked when it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Resolver = Callable[..., Any]
ROOTS = ("Query", "Mutation", "Subscription")
CONTEXT = ("arguments", "source", "identity")
ADMINS = "admins"  # the one group that means anything here


class BadRow(ValueError):
    """A row that says what cannot be; the text tells what."""


@dataclass(frozen=True)
class Mode:
    """A kind of caller, by AppSync's directive for it."""

    directive: str


COGNITO = Mode("aws_cognito_user_pools")
OIDC = Mode("aws_oidc")
IAM = Mode("aws_iam")


@dataclass(frozen=True)
class Batch:
    """Siblings are answered together, at most `size` in one invocation.

    The function is handed the parents' attribute `by`, or the parents themselves.
    """

    size: int
    by: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 2_000:
            raise BadRow(f"a batch of {self.size}: AppSync takes 1 to 2,000")


@dataclass(frozen=True)
class Cache:
    """Answers are kept for `seconds`, one for each different value of the paths `by` in the resolver's context."""

    seconds: int
    by: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= 3_600:
            raise BadRow(f"cached for {self.seconds} s: AppSync takes 1 to 3,600")
        if not 1 <= len(self.by) <= 25 or any(path.partition(".")[0] not in CONTEXT for path in self.by):
            raise BadRow(f"cached by {self.by}: AppSync takes 1 to 25 paths into {', '.join(CONTEXT)}")


@dataclass(frozen=True)
class Evict:
    """A mutation makes one kept answer of `field` stale: the one whose keys have the values found at these paths."""

    field: str
    keys: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Field:
    """One field of the schema: who answers it, for whom, and how.

    The resolver's module is its Lambda function; `local` means that AppSync answers by itself, on a NONE data source,
    and the resolver is there for its signature. `errors` are the errors that the function may return, besides those
    that any field may return (resolvers/wiring.py).
    """

    path: str
    resolver: Resolver
    who: tuple[Mode, ...]
    batch: Batch | None = None
    cache: Cache | None = None
    evicts: tuple[Evict, ...] = ()
    local: bool = False
    follows: tuple[str, ...] = ()
    deprecated: str | None = None
    errors: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        if not (self.parent and self.name and self.who):
            raise BadRow(f"{self.path!r} must be a type and its field, open to somebody")
        if self.batch and self.parent in ROOTS:
            raise BadRow(f"{self.path}: a root field has no siblings to be batched with")
        if self.cache and self.parent in ("Mutation", "Subscription"):
            raise BadRow(f"{self.path}: only a query's answers can be kept")
        if self.cache and self.batch:
            raise BadRow(f"{self.path}: AppSync does not tell what it keeps of a batch")
        if self.evicts and self.parent != "Mutation":
            raise BadRow(f"{self.path}: only a mutation can evict")
        if bool(self.follows) != (self.parent == "Subscription"):
            raise BadRow(f"{self.path}: a subscription, and nothing else, names the mutations it follows")
        if self.local and self.errors:
            raise BadRow(f"{self.path}: AppSync itself resolves it, so no function returns {self.errors[0].__name__}")

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
    """What AppSync and Lambda allow: one request, one invocation, one message, one connection.

    https://docs.aws.amazon.com/general/latest/gr/appsync.html
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """

    seconds: int  # of a whole request
    tokens: int  # of its document
    depth: int
    resolvers: int
    resolver_bytes: int  # of what one resolver answers
    payload_bytes: int  # of what a function is sent, and of what it answers
    published_bytes: int  # of what one subscriber is told of one change
    subscriptions: int  # of one connection


@dataclass(frozen=True)
class Plan:
    """What the key of a customer allows over REST: so many requests a second, at once, and in a month.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
    """

    rate: int
    burst: int
    quota: int


@dataclass(frozen=True)
class Rest:
    """How API Gateway serves the REST routes: how long it keeps answers and what it knows of a token, from how many
    bytes on it compresses, and what all customers together may ask."""

    seconds: int
    cache_seconds: int
    token_seconds: int
    compressed_bytes: int
    rate: int
    burst: int
