"""An API that is not ours, with its own Lambda functions: authors, their books, and reviews of these."""
