"""The number of examples of property-based tests, and the number of rounds of soak tests.

HYPOTHESIS_PROFILE names the profile of property-based tests. `dev` (the default) and `ci` run the same examples each
time, so only a change of the code can cause a failure. `nightly` first repeats earlier failures, which it stores in
.hypothesis/examples, and then generates new examples.
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
    """Returns settings with `ratio` times the profile's number of examples, without these health checks."""
    suppressed = [*settings.get_profile(PROFILE).suppress_health_check, *unchecked]
    return settings(max_examples=count(ratio), suppress_health_check=suppressed)


def count(ratio: float = 1) -> int:
    """Returns `ratio` times the profile's number of examples, at least one."""
    return max(1, round(ratio * settings.get_profile(PROFILE).max_examples))


def seed() -> int:
    """Returns the seed of random numbers outside Hypothesis: 1, but a random number in `nightly`."""
    return 1 if settings.get_profile(PROFILE).derandomize else random.getrandbits(32)


def rounds(soak_rounds: int, default_rounds: int) -> int:
    """Returns the number of rounds of a soak test: `soak_rounds` if SOAK=full (`make soak`), else `default_rounds`."""
    return soak_rounds if os.environ.get("SOAK") == "full" else default_rounds
