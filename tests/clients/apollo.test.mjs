import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core'
import { relayStylePagination } from '@apollo/client/utilities'
import { createAuthLink } from 'aws-appsync-auth-link'
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link'
import { createProperty, currentVersion, ENDPOINT, operations, refusals, setPrice, token, waitFor } from './local_server.mjs'

const WEB = Object.fromEntries(Object.entries(operations('web/1.0')).map(([name, text]) => [name, gql(text)]))
let client

before(async () => {
  const jwtToken = await token('apo', { kind: 'oidc' })
  const options = { url: ENDPOINT, region: 'us-east-1', auth: { type: 'OPENID_CONNECT', jwtToken: async () => jwtToken } }
  const http = new HttpLink({ uri: ENDPOINT })
  const link = ApolloLink.from([createAuthLink(options), createSubscriptionHandshakeLink(options, http)])
  const typePolicies = { Query: { fields: { listingsByZip: relayStylePagination(['zipCode', 'filter', 'sort']) } } }
  client = new ApolloClient({ link, cache: new InMemoryCache({ typePolicies }) })
})

after(() => client.stop())

test('a query result is normalised by the ids of its objects', async () => {
  const { id } = await createProperty('apo', { zipCode: '94301' })
  const { data } = await client.query({ query: WEB.HomePageQuery, variables: { id } })
  assert.equal(data.property.owner.id, 'apo')
  assert.equal(client.cache.extract()[`Property:${id}`].address, '1 Elm Street')
})

test('a mutation updates the cached property', async () => {
  const { id } = await createProperty('apo')
  await client.query({ query: WEB.HomePageQuery, variables: { id } })
  const variables = { id, expectedVersion: 1, input: { price: 5 } }
  const { data } = await client.mutate({ mutation: WEB.HomeFormUpdateMutation, variables })
  assert.deepEqual([data.updateProperty.version, data.updateProperty.price], [2, 5])
  assert.equal(client.readQuery({ query: WEB.HomePageQuery, variables: { id } }).property.price, 5)
})

test('a refused mutation returns errorType and errorInfo, and changes nothing', async () => {
  for (const { errorType, errorInfo, variables, version } of await refusals('apo')) {
    const error = await client.mutate({ mutation: WEB.HomeFormDeleteMutation, variables }).catch((rejection) => rejection)
    assert.ok(CombinedGraphQLErrors.is(error))
    assert.deepEqual(error.errors.map(({ errorType, errorInfo }) => [errorType, errorInfo]), [[errorType, errorInfo]])
    assert.equal(await currentVersion(variables.id), version)
  }
})

test('all pages of a ZIP code together list each property once', async () => {
  const zipCode = String(Math.floor(10000 + Math.random() * 89999)) // a ZIP code without properties of earlier runs
  const ids = []
  for (let n = 0; n < 7; n += 1) ids.push((await createProperty('apo', { zipCode, price: 100 + n })).id)
  const variables = { zipCode, sort: 'PRICE_ASC', first: 3 }
  const query = client.watchQuery({ query: WEB.ZipPageQuery, variables })
  const subscription = query.subscribe(() => {})
  let page = (await waitFor(() => query.getCurrentResult().data)).listingsByZip.pageInfo
  let pages = 1
  for (; page.hasNextPage; pages += 1) {
    const { data } = await query.fetchMore({ variables: { after: page.endCursor } })
    page = data.listingsByZip.pageInfo
  }
  const edges = client.readQuery({ query: WEB.ZipPageQuery, variables }).listingsByZip.edges
  subscription.unsubscribe()
  assert.equal(pages, 3)
  assert.deepEqual(edges.map(({ node }) => node.id), ids)
})

test('a subscription receives the changes of its ZIP code', async () => {
  const property = await createProperty('apo', { zipCode: '94303' })
  const messages = []
  const observable = client.subscribe({ query: WEB.ZipWatcherSubscription, variables: { zipCode: '94303' } })
  const subscription = observable.subscribe(({ data }) => messages.push(data.onZipChange))
  let latest = property.version
  await waitFor(async () => { // Apollo does not report when the subscription has started
    latest = (await setPrice('apo', property, latest, 200 + latest)).version
    return waitFor(() => messages.some((message) => message.version === latest), 2).catch(() => false)
  })
  subscription.unsubscribe()
  assert.deepEqual([messages.at(-1).propertyId, messages.at(-1).listing.price], [property.id, 199 + latest])
})
