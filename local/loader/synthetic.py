"""Details of a property that a file of sales lacks, derived from the row's id: the same id gives the same details."""

import hashlib

from data import clock
from data.records import ID, DateTime, Image, Url, User

OWNERS = 1000  # one for each combination of a first name, an initial and a last name
SINCE = DateTime("2000-01-01T00:00:00.000Z")
FIRST_NAMES = ("Agnes", "Ben", "Clara", "David", "Elena", "Hugo", "Ines", "Omar", "Rosa", "Yusuf")
INITIALS = "ABCDEFGHIJ"
LAST_NAMES = ("Adams", "Chen", "Diaz", "Evans", "Ito", "Kim", "Miller", "Novak", "Patel", "Silva")
TREES = ("Alder", "Birch", "Cedar", "Cherry", "Dogwood", "Elm", "Fir", "Hemlock", "Larch", "Maple", "Oak", "Spruce")
WAYS = ("Street", "Avenue", "Lane", "Court", "Drive", "Place", "Road", "Way")
PICTURES = ("front", "living-room", "kitchen", "bedroom", "bathroom", "garden")


def hash_bytes(*words: object) -> bytes:
    """Returns 32 pseudo-random bytes, the same for the same words."""
    return hashlib.sha256(" ".join(map(str, words)).encode()).digest()


def hash_int(*words: object) -> int:
    return int.from_bytes(hash_bytes(*words), "big")


def property_id(row_id: str, at: DateTime) -> ID:
    return clock.uuid7(at, hash_bytes("home", row_id))


def address(row_id: str) -> str:
    """Returns a street address such as `1203 Maple Lane`."""
    number, tree, way = (hash_int("address", part, row_id) for part in ("number", "tree", "way"))
    return f"{100 + number % 9900} {TREES[tree % len(TREES)]} {WAYS[way % len(WAYS)]}"


def owner_number(row_id: str) -> int:
    return hash_int("owner", row_id) % OWNERS


def owner(number: int) -> User:
    """Returns the owner with this number, 0 to 999; each has a unique name."""
    first, initial, last = map(int, f"{number:03d}")
    name = f"{FIRST_NAMES[first]} {INITIALS[initial]}. {LAST_NAMES[last]}"
    return User(id=ID(f"owner-{number:03d}"), name=name, created_at=SINCE)


def pictures(row_id: str, property_id: ID, at: DateTime) -> tuple[Image, ...]:
    """Returns one to six images: their number is the lower of two dice, 2.5 on average."""
    count = 1 + min(hash_int("dice", die, row_id) % 6 for die in (1, 2))
    return tuple(
        Image(
            id=clock.uuid7(at, hash_bytes("picture", row_id, name)),
            property_id=property_id,
            url=Url(f"https://images.example.com/{property_id}/{name}.jpg"),
            caption=name.replace("-", " ").capitalize(),
            width=1600,
            height=1200,
            created_at=at,
        )
        for name in PICTURES[:count]
    )
