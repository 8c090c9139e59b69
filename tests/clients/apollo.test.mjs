import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core'
import { relayStylePagination } from '@apollo/client/utilities'
import { createAuthLink } from 'aws-appsync-auth-link'
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link'
import { ENDPOINT, home, operations, price, refusals, token, until, version } from './local_server.mjs'

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

test('a mutation writes, and what is shown of the home is the new', async () => {
  const { id } = await home('apo')
  await client.query({ query: WEB.HomePageQuery, variables: { id } })
  const variables = { id, expectedVersion: 1, input: { price: 5 } }
  const { data } = await client.mutate({ mutation: WEB.HomeFormUpdateMutation, variables })
  assert.deepEqual([data.updateProperty.version, data.updateProperty.price], [2, 5])
  assert.equal(client.readQuery({ query: WEB.HomePageQuery, variables: { id } }).property.price, 5)
})

test('a refusal is told by its errorType, with its facts, and nothing is changed', async () => {
  for (const { errorType, errorInfo, variables, stays } of await refusals('apo')) {
    const told = await client.mutate({ mutation: WEB.HomeFormDeleteMutation, variables }).catch((error) => error)
    assert.ok(CombinedGraphQLErrors.is(told))
    assert.deepEqual(told.errors.map((error) => [error.errorType, error.errorInfo]), [[errorType, errorInfo]])
    assert.equal(await version(variables.id), stays)
  }
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
  const following = client.subscribe({ query: WEB.ZipWatcherSubscription, variables: { zipCode: '94303' } })
  const changes = following.subscribe(({ data }) => heard.push(data.onZipChange))
  let now = made.version
  await until(async () => { // Apollo does not tell when the following has begun
    now = (await price('apo', made, now, 200 + now)).version
    return until(() => heard.some(({ version }) => version === now), 2).catch(() => false)
  })
  changes.unsubscribe()
  assert.deepEqual([heard.at(-1).propertyId, heard.at(-1).listing.price], [made.id, 199 + now])
})
