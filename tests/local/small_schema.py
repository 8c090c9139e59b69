"""A small schema with every kind of type, and functions to validate documents against it."""

from typing import Any

from graphql import GraphQLSchema, build_schema, parse

from local.appsync.language import scalars, validation
from local.schema import compiler
from resolvers.wiring import LIMITS

FULL_SCHEMA: GraphQLSchema = compiler.build_schema()._schema
SMALL_SCHEMA = build_schema(
    """
    scalar AWSDateTime
    scalar AWSURL
    enum Language { SPANISH }
    input Item { test: String!, more: Int, url: AWSURL, date: AWSDateTime, in: Item, langs: [Language!], n: Int! = 1 }
    type Query { getPost(id: ID!, at: AWSDateTime): Post, translate(from: Language): String, badge: Badge! }
    type Mutation { createTest(input: Item!): Post, createMany(input: [Item!]!): [Post!]! }
    type Post { id: ID!, title: String, posts(first: Int): [Post] }
    type Badge { tags: [String], owner: Post! }
    """
)
scalars.attach_coercions(SMALL_SCHEMA)


def validation_errors(query: str, schema: GraphQLSchema = SMALL_SCHEMA) -> list[dict[str, Any]]:
    return validation.validate_document(schema, parse(query, max_tokens=LIMITS.tokens))


def locations_at(column: int, line: int = 1) -> list[dict[str, Any]]:
    return [{"line": line, "column": column, "sourceName": None}]
