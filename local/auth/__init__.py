"""Authentication: a token issuer with JWKS, external issuers, and SigV4 signatures."""
