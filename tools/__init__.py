"""Tools for maintainers of this repository. They import nothing of the product."""
