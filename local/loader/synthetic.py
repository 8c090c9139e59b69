"""What a file of sales does not tell of a home, made up from the row's id: always the same for the same id."""

import hashlib

from data import clock
from data.records import ID, DateTime, Image, Url, User

OWNERS = 1000  # one for each way to put a first name, an initial and a last name together
SINCE = DateTime("2000-01-01T00:00:00.000Z")
FIRST_NAMES = ("Agnes", "Ben", "Clara", "David", "Elena", "Hugo", "Ines", "Omar", "Rosa", "Yusuf")
INITIALS = "ABCDEFGHIJ"
LAST_NAMES = ("Adams", "Chen", "Diaz", "Evans", "Ito", "Kim", "Miller", "Novak", "Patel", "Silva")
TREES = ("Alder", "Birch", "Cedar", "Cherry", "Dogwood", "Elm", "Fir", "Hemlock", "Larch", "Maple", "Oak", "Spruce")
WAYS = ("Street", "Avenue", "Lane", "Court", "Drive", "Place", "Road", "Way")
PICTURES = ("front", "living-room", "kitchen", "bedroom", "bathroom", "garden")


def bits(*words: object) -> bytes:
    """Bits without a pattern, the same for the same words."""
    return hashlib.sha256(" ".join(map(str, words)).encode()).digest()


def number_from(*words: object) -> int:
    return int.from_bytes(bits(*words), "big")


def home_id(row_id: str, at: DateTime) -> ID:
    return clock.uuid7(at, bits("home", row_id))


def address(row_id: str) -> str:
    """As in `1203 Maple Lane`."""
    number, tree, way = (number_from("address", part, row_id) for part in ("number", "tree", "way"))
    return f"{100 + number % 9900} {TREES[tree % len(TREES)]} {WAYS[way % len(WAYS)]}"


def owner_number(row_id: str) -> int:
    return number_from("owner", row_id) % OWNERS


def owner(number: int) -> User:
    """One of the thousand, each with a name of their own."""
    first, initial, last = map(int, f"{number:03d}")
    name = f"{FIRST_NAMES[first]} {INITIALS[initial]}. {LAST_NAMES[last]}"
    return User(id=ID(f"owner-{number:03d}"), name=name, created_at=SINCE)


def pictures(row_id: str, property_id: ID, at: DateTime) -> tuple[Image, ...]:
    """One to six pictures: as many as the lower of two dice says, 2.5 in the mean."""
    count = 1 + min(number_from("dice", die, row_id) % 6 for die in (1, 2))
    return tuple(
        Image(
            id=clock.uuid7(at, bits("picture", row_id, name)),
            property_id=property_id,
            url=Url(f"https://images.example.com/{property_id}/{name}.jpg"),
            caption=name.replace("-", " ").capitalize(),
            width=1600,
            height=1200,
            created_at=at,
        )
        for name in PICTURES[:count]
    )
