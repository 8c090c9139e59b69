"""Programs over the whole table: bulk import and verification. Lambda packages leave it out."""
