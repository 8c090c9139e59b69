"""The compiler: records and field configurations become a Strawberry schema, schema.graphql and contracts/."""
