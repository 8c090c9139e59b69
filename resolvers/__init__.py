"""The Lambda functions: authorization and the resolvers of GraphQL and REST, on top of the data layer."""
