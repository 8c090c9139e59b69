"""The programs behind the make verbs: load, token, key and verify."""
