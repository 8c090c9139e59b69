"""Where the two sides come from: folders, git revisions, single files and GraphQL endpoints."""
