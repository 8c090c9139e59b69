import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js'
import { relayStylePagination } from '@apollo/client/utilities/index.js'
import { createAuthLink } from 'aws-appsync-auth-link'
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link'
import { ENDPOINT, home, operations, price, token, until } from './desk.mjs'

const WEB = Object.fromEntries(Object.entries(operations('web/1.0')).map(([name, text]) => [name, gql(text)]))
let client

before(async () => {
  const jwtToken = await token('apo', { kind: 'oidc' })
  const asked = { url: ENDPOINT, region: 'us-east-1', auth: { type: 'OPENID_CONNECT', jwtToken: async () => jwtToken } }
  const http = new HttpLink({ uri: ENDPOINT })
  const link = ApolloLink.from([createAuthLink(asked), createSubscriptionHandshakeLink(asked, http)])
  const typePolicies = { Query: { fields: { listingsByZip: relayStylePagination(['zipCode', 'filter', 'sort']) } } }
  client = new ApolloClient({ link, cache: new InMemoryCache({ typePolicies }) })
})

after(() => client.stop())

test('a query is answered, and normalised by the ids of its objects', async () => {
  const { id } = await home('apo', { zipCode: '94301' })
  const { data } = await client.query({ query: WEB.HomePageQuery, variables: { id } })
  assert.equal(data.property.owner.id, 'apo')
  assert.equal(client.cache.extract()[`Property:${id}`].address, '1 Elm Street')
})

test('a refusal is told by its errorType', async () => {
  const { id } = await home('apo')
  const variables = { id, expectedVersion: 7 }
  const told = client.mutate({ mutation: WEB.HomeFormDeleteMutation, variables })
  await assert.rejects(told, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error))
    assert.equal(error.errors[0].errorType, 'VersionConflict')
    return true
  })
})

test('a ZIP is paged through to its end, each home once', async () => {
  const zipCode = String(Math.floor(10000 + Math.random() * 89999)) // no ZIP that an earlier run has filled
  const made = []
  for (let n = 0; n < 7; n += 1) made.push((await home('apo', { zipCode, price: 100 + n })).id)
  const variables = { zipCode, sort: 'PRICE_ASC', first: 3 }
  const watched = client.watchQuery({ query: WEB.ZipPageQuery, variables })
  const watching = watched.subscribe(() => {})
  let page = (await until(() => watched.getCurrentResult().data)).listingsByZip.pageInfo
  let pages = 1
  for (; page.hasNextPage; pages += 1) {
    const { data } = await watched.fetchMore({ variables: { after: page.endCursor } })
    page = data.listingsByZip.pageInfo
  }
  const shown = client.readQuery({ query: WEB.ZipPageQuery, variables }).listingsByZip.edges
  watching.unsubscribe()
  assert.equal(pages, 3)
  assert.deepEqual(shown.map(({ node }) => node.id), made)
})

test('a subscription hears of changes of its ZIP', async () => {
  const made = await home('apo', { zipCode: '94303' })
  const heard = []
  const query = WEB.ZipWatcherSubscription
  const following = client.subscribe({ query, variables: { zipCode: '94303' } })
  const changes = following.subscribe(({ data }) => heard.push(data.onZipChange))
  let version = 1
  await until(async () => {
    version = (await price('apo', made, version, 200 + version)).version
    return until(() => heard.some((change) => change.version === version), 2).catch(() => false)
  })
  changes.unsubscribe()
  assert.deepEqual([heard.at(-1).propertyId, heard.at(-1).listing.price], [made.id, 199 + version])
})
