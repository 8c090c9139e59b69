"""The folder in which DynamoDB Local stores a table: its lock, its access key and its database file.

DynamoDB Local listens on all addresses of the machine and has no option for that. It has a database for each access
key and region, so the access key of ours is secret: who does not have it reaches an empty database.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
"""

import os
import secrets
from pathlib import Path
from typing import IO

from local.aws import REGION
from local.dynamodb import file_lock
from local.dynamodb.errors import DataFolderLocked
from local.dynamodb.file_lock import FileLocked

ACCESS_KEY_FILE = "access-key"
SHARED_DATABASE = "shared-local-instance"  # the database of all access keys, under the option -sharedDb
SQLITE_SUFFIXES = (".db-journal", ".db-wal", ".db-shm", ".db")  # the database last: SQLite needs its journal beside it
LOCK_SECONDS = 2  # in which a killed engine exits


def lock(folder: Path) -> IO[str]:
    """Returns the file that locks a folder until this process and all that inherit it close it.

    Creates the folder if it does not exist. Raises DataFolderLocked if another engine runs on it.
    """
    try:
        return file_lock.acquire(folder / "engine.lock", LOCK_SECONDS)
    except FileLocked as error:
        raise DataFolderLocked(f"process {error.pid} runs DynamoDB Local on {folder}: end it first") from error


def prepare(folder: Path) -> None:
    """Creates the access key of a locked folder if it has none.

    A database that an earlier version of the local server wrote becomes that of the access key.
    """
    file = folder / ACCESS_KEY_FILE
    if not file.exists():
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as text:
            text.write(random_access_key())
        new.rename(file)
    migrate_shared_database(folder, access_key(folder))


def access_key(folder: Path) -> str:
    return (folder / ACCESS_KEY_FILE).read_text()


def random_access_key() -> str:
    return secrets.token_hex(16)


def migrate_shared_database(folder: Path, key: str) -> None:
    """Renames the database that was written with -sharedDb, unless the access key has a database already."""
    database = folder / f"{key}_{REGION}"
    if not database.with_suffix(".db").exists():
        for suffix in SQLITE_SUFFIXES:
            shared = folder / f"{SHARED_DATABASE}{suffix}"
            if shared.exists():
                shared.rename(database.with_suffix(suffix))
