"""Sources of contracts: folders, git revisions, single files and GraphQL endpoints."""
