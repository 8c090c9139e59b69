// The connections of the API as a Relay app pages them. No type implements Node, so the refetch queries start at Query.
import { graphql } from 'relay-runtime'

export const market = graphql`
  fragment paging_market on Query
  @argumentDefinitions(
    zipCode: { type: "String!" }
    filter: { type: "ListingFilter" }
    sort: { type: "ListingSort!" }
    first: { type: "Int", defaultValue: 20 }
    after: { type: "String" }
  )
  @refetchable(queryName: "pagingMarketQuery") {
    listingsByZip(zipCode: $zipCode, filter: $filter, sort: $sort, first: $first, after: $after)
      @connection(key: "paging_listingsByZip") {
      edges {
        node {
          id
          price
        }
      }
    }
  }
`

export const homes = graphql`
  fragment paging_homes on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "pagingHomesQuery") {
    me {
      properties(first: $first, after: $after) @connection(key: "paging_properties") {
        edges {
          node {
            id
          }
        }
      }
    }
  }
`

export const history = graphql`
  fragment paging_history on Query
  @argumentDefinitions(id: { type: "ID!" }, first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "pagingHistoryQuery") {
    property(id: $id) {
      history(first: $first, after: $after) @connection(key: "paging_history") {
        edges {
          node {
            kind
          }
        }
      }
    }
  }
`
