"""What a comparison found: each change with its grade, what it does to whom, and whether somebody approved it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schema_diff.approvals import Approval
from schema_diff.changes import Change
from schema_diff.client_profiles import PROFILES
from schema_diff.rules import Rule
from schema_diff.severity import Grade
from schema_diff.sources.source import REST, TABLE

UNTRACED = (
    "contract-removed",
    "limit-lowered",
    "limit-raised",
    "usage-plan-removed",
)  # they may concern every operation, or none


@dataclass(frozen=True)
class Finding:
    """A change, judged for clients of the profiles that are out, and for each of their operations."""

    change: Change
    rule: Rule
    profiles: tuple[str, ...]
    broken: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    approval: Approval | None = None

    @property
    def grade(self) -> Grade:
        """The worst of those for the profiles that are out."""
        return max(self.rule.of(profile).grade for profile in self.profiles)

    @property
    def grades(self) -> dict[str, Grade]:
        """The grade for each profile there is."""
        return {profile: self.rule.of(profile).grade for profile in PROFILES}

    @property
    def stops(self) -> bool:
        """Whether the check fails by it."""
        return self.grade is Grade.BREAKING and self.approval is None

    @property
    def meets(self) -> str:
        """Which client does what that meets the change: those that are out, together where they do the same."""
        if not self.rule.fact:
            return f"a client {self.rule.meets}"
        together: dict[str, list[str]] = {}
        for profile in self.profiles:
            together.setdefault(self.rule.of(profile).does, []).append(profile)
        return "; ".join(f"{', '.join(names)} {does}" for does, names in together.items())

    @property
    def is_traced(self) -> bool:
        """Whether it is known which operations meet it: not of rows, nor of REST, whose callers nobody lists."""
        return self.change.contract not in (TABLE, REST) and self.change.kind not in UNTRACED

    @property
    def touch(self) -> str:
        """What it does to the operations that are out, by name."""
        if not self.is_traced:
            return "which operations meet it is not known"
        told = [f"breaks {listed(self.broken)}"] if self.broken else []
        told += [f"affects {listed(self.affected)}"] if self.affected else []
        return "; ".join(told) or "no living operation touches it"

    @property
    def message(self) -> str:
        """All of it in one line, for programs that show one."""
        change = self.change
        return f"{change.where}: {change.what}; {self.meets}; {self.touch}. Instead: {self.rule.remedy}."


@dataclass(frozen=True)
class Report:
    """All findings, the worst first; what else fails the check; and what there is to know."""

    base: str
    head: str
    findings: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = field(default=())

    @property
    def fails(self) -> bool:
        return bool(self.problems) or any(finding.stops for finding in self.findings)

    def of(self, grade: Grade) -> list[Finding]:
        return [finding for finding in self.findings if finding.grade is grade]

    @property
    def summary(self) -> str:
        """The outcome in one line."""
        breaking = self.of(Grade.BREAKING)
        approved = sum(finding.approval is not None for finding in breaking)
        parts = [f"{len(breaking)} breaking" + (f" ({approved} approved)" if approved else "")]
        parts += [f"{len(self.of(grade))} {grade}" for grade in (Grade.DANGEROUS, Grade.SAFE)]
        plural = "s" if len(self.problems) > 1 else ""
        parts += [f"{len(self.problems)} approval{plural} to mend"] if self.problems else []
        return f"{self.base} → {self.head}: {', '.join(parts)}"


def listed(operations: Iterable[str], most: int = 4) -> str:
    """Operations by version: `ios/1.0 OpenHome, EditHome and 2 more`."""
    versions: dict[str, list[str]] = {}
    for operation in operations:
        version, _, name = operation.partition(" ")
        versions.setdefault(version, []).append(name)
    return "; ".join(
        f"{version} {', '.join(names[:most])}" + (f" and {len(names) - most} more" if len(names) > most else "")
        for version, names in versions.items()
    )
