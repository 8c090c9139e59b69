"""Errors of the engine.

Exception
├── EngineError
└── DataFolderLocked
"""


class EngineError(Exception):
    """DynamoDB Local could not be downloaded, does not have the pinned hash, did not start, or ended."""


class DataFolderLocked(Exception):
    """Another engine runs on this data folder."""
