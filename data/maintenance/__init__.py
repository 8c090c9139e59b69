"""Programs for the whole table: bulk import and verification. The Lambda packages do not contain it."""
