"""Import of sales from a CSV file, with generated details, and the sample data of an empty table."""
