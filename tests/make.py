"""The options with which tests run make."""

STAMPS = [f".venv/{packages}.ready" for packages in ("run", "test", "synth", "all")]
MAKE_OPTIONS = ["--silent", *(f"--old-file={stamp}" for stamp in STAMPS)]  # tests have their packages already
