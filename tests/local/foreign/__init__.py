"""Another API with its own Lambda functions: authors, their books, and reviews of the books."""
