"""How long tests go on: how many examples property-based ones try, and how many rounds long programs go.

HYPOTHESIS_PROFILE names the profile of the former. `dev`, the default, and `ci` replay the same examples, so that a
failure is the change's own; `nightly` draws new ones each time, after those that failed before, which it keeps in
.hypothesis/examples.
"""

import os
import random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

REPRODUCIBLE: Any = {"derandomize": True, "database": None}
RANDOM: Any = {"derandomize": False, "database": DirectoryBasedExampleDatabase(".hypothesis/examples")}


TIMELESS: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or "dev"

settings.register_profile("dev", max_examples=25, **TIMELESS, **REPRODUCIBLE)
settings.register_profile("ci", max_examples=100, **TIMELESS, **REPRODUCIBLE)
settings.register_profile("nightly", max_examples=1_000, **TIMELESS, **RANDOM)


def load() -> None:
    """Loads the profile, before any module of tests is imported."""
    settings.load_profile(PROFILE)


def examples(ratio: float = 1, unchecked: tuple[HealthCheck, ...] = ()) -> settings:
    """Settings for `ratio` times as many examples as the profile has, without these health checks."""
    suppressed = [*settings.get_profile(PROFILE).suppress_health_check, *unchecked]
    return settings(max_examples=count(ratio), suppress_health_check=suppressed)


def count(ratio: float = 1) -> int:
    """`ratio` times the number of examples that the profile has, at least one."""
    return max(1, round(ratio * settings.get_profile(PROFILE).max_examples))


def seed() -> int:
    """What seeds random numbers elsewhere than in Hypothesis: 1, but another number each time in `nightly`."""
    return 1 if settings.get_profile(PROFILE).derandomize else random.getrandbits(32)


def rounds(full: int, bounded: int) -> int:
    """How many rounds a long program goes: the full number where SOAK=full, which `make soak` says."""
    return full if os.environ.get("SOAK") == "full" else bounded
