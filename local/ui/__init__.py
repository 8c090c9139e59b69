"""The pages of the local server: GraphiQL and Swagger UI."""
