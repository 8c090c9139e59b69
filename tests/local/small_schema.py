"""A small schema with something of everything, and the words to have documents checked by it."""

from typing import Any

from graphql import GraphQLSchema, build_schema, parse

from local.appsync.language import scalars, validation
from local.schema import compiler
from resolvers.wiring import LIMITS

DESK: GraphQLSchema = compiler.build()._schema
SMALL = build_schema(
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
scalars.attach(SMALL)


def refused(query: str, of: GraphQLSchema = SMALL) -> list[dict[str, Any]]:
    return validation.refused(of, parse(query, max_tokens=LIMITS.tokens))


def at(column: int, line: int = 1) -> list[dict[str, Any]]:
    return [{"line": line, "column": column, "sourceName": None}]
