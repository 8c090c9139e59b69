"""The report of a comparison: each change with its severity, its impact on released apps, and its approval."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schema_diff.approvals import Approval
from schema_diff.changes import Change
from schema_diff.client_profiles import PROFILES
from schema_diff.rules import Rule
from schema_diff.severity import Severity
from schema_diff.sources.source import REST, TABLE

UNTRACED_KINDS = (
    "contract-removed",
    "limit-lowered",
    "limit-raised",
    "usage-plan-removed",
)  # they may affect every operation, or none


@dataclass(frozen=True)
class ChangeFinding:
    """A change, assessed for the client profiles of released apps and for each of their operations."""

    change: Change
    rule: Rule
    profiles: tuple[str, ...]
    broken: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    approval: Approval | None = None

    @property
    def severity(self) -> Severity:
        """The highest severity among the profiles of released apps."""
        return max(self.rule.for_profile(profile).severity for profile in self.profiles)

    @property
    def severities(self) -> dict[str, Severity]:
        """The severity for each known profile."""
        return {profile: self.rule.for_profile(profile).severity for profile in PROFILES}

    @property
    def blocks(self) -> bool:
        """Whether the check fails because of it."""
        return self.severity is Severity.BREAKING and self.approval is None

    @property
    def impact(self) -> str:
        """How clients of the released profiles behave; profiles with the same behavior are grouped."""
        if not self.rule.client_attribute:
            return f"a client {self.rule.impact}"
        profiles_by_behavior: dict[str, list[str]] = {}
        for profile in self.profiles:
            profiles_by_behavior.setdefault(self.rule.for_profile(profile).description, []).append(profile)
        return "; ".join(f"{', '.join(names)} {behavior}" for behavior, names in profiles_by_behavior.items())

    @property
    def is_traced(self) -> bool:
        """Whether the affected operations are known: not for keys of the table and not for REST."""
        return self.change.contract not in (TABLE, REST) and self.change.kind not in UNTRACED_KINDS

    @property
    def operations_summary(self) -> str:
        """Returns the names of the released operations that the change breaks or affects."""
        if not self.is_traced:
            return "the affected operations are unknown"
        parts = [f"breaks {list_by_version(self.broken)}"] if self.broken else []
        parts += [f"affects {list_by_version(self.affected)}"] if self.affected else []
        return "; ".join(parts) or "no released operation uses it"

    @property
    def message(self) -> str:
        """The finding in one line, for programs that show one."""
        change = self.change
        facts = f"{change.location}: {change.description}; {self.impact}; {self.operations_summary}"
        return f"{facts}. Suggestion: {self.rule.remedy}."


@dataclass(frozen=True)
class ComparisonReport:
    """The findings, most severe first, the problems that also fail the check, and notices."""

    base: str
    head: str
    findings: tuple[ChangeFinding, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = field(default=())

    @property
    def fails(self) -> bool:
        return bool(self.problems) or any(finding.blocks for finding in self.findings)

    def with_severity(self, severity: Severity) -> list[ChangeFinding]:
        return [finding for finding in self.findings if finding.severity is severity]

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        breaking = self.with_severity(Severity.BREAKING)
        approved = sum(finding.approval is not None for finding in breaking)
        parts = [f"{len(breaking)} breaking" + (f" ({approved} approved)" if approved else "")]
        parts += [f"{len(self.with_severity(severity))} {severity}" for severity in (Severity.DANGEROUS, Severity.SAFE)]
        plural = "s" if len(self.problems) > 1 else ""
        parts += [f"{len(self.problems)} approval{plural} to correct"] if self.problems else []
        return f"{self.base} → {self.head}: {', '.join(parts)}"


def list_by_version(operations: Iterable[str], max_names: int = 4) -> str:
    """Returns operations grouped by version: `ios/1.0 OpenHome, EditHome and 2 more`."""
    versions: dict[str, list[str]] = {}
    for operation in operations:
        version, _, name = operation.partition(" ")
        versions.setdefault(version, []).append(name)
    return "; ".join(
        f"{version} {', '.join(names[:max_names])}"
        + (f" and {len(names) - max_names} more" if len(names) > max_names else "")
        for version, names in versions.items()
    )
