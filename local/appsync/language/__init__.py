"""GraphQL documents as AppSync's engine reads, validates and prints them."""
