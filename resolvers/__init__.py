"""What runs in Lambda: who may ask what, and how the table answers it."""
