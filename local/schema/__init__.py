"""The schema compiler: builds the Strawberry schema, schema.graphql and contracts/ from records and configurations."""
