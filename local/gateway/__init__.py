"""The API Gateway emulator: routes, validation, authorizer, usage plans and response cache."""
