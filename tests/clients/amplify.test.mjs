import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Amplify } from 'aws-amplify'
import { decodeJWT } from 'aws-amplify/auth'
import { CONNECTION_STATE_CHANGE, generateClient } from 'aws-amplify/api'
import { Hub } from 'aws-amplify/utils'
import { createProperty, currentVersion, operations, refusals, setPrice, startProxy, token, waitFor } from './local_server.mjs'

const IOS = operations('ios/1.0')
let proxy, client, subscription

before(async () => {
  proxy = await startProxy()
  const accessToken = decodeJWT(await token('amy', { use: 'access' }))
  Amplify.configure(
    { API: { GraphQL: { endpoint: proxy.endpoint, region: 'us-east-1', defaultAuthMode: 'userPool' } } },
    { Auth: { tokenProvider: { getTokens: async () => ({ accessToken }) } } },
  )
  client = generateClient()
})

after(() => {
  subscription?.unsubscribe()
  proxy.close()
})

test('a query returns the property with its owner', async () => {
  const { id } = await createProperty('amy', { zipCode: '94201' })
  const { data } = await client.graphql({ query: IOS.OpenHome, variables: { id } })
  assert.equal(data.property.id, id)
  assert.equal(data.property.owner.id, 'amy')
  assert.deepEqual(data.property.images, [])
})

test('a mutation creates a property of the caller', async () => {
  const input = { address: '2 Elm Street', price: 250000, zipCode: '94201' }
  const variables = { input, idempotencyKey: crypto.randomUUID() }
  const { data } = await client.graphql({ query: IOS.SellHome, variables })
  assert.deepEqual([data.createProperty.ownerId, data.createProperty.version], ['amy', 1])
})

test('a refused mutation returns errorType and errorInfo, and changes nothing', async () => {
  for (const { errorType, errorInfo, variables, version } of await refusals('amy')) {
    const result = client.graphql({ query: IOS.EditHome, variables: { ...variables, input: { price: 1 } } })
    const { data, errors } = await result.catch((error) => error)
    assert.deepEqual(data, { updateProperty: null })
    assert.deepEqual(errors.map((error) => [error.errorType, error.errorInfo]), [[errorType, errorInfo]])
    assert.equal(await currentVersion(variables.id), version)
  }
})

test('a subscription receives a change, and the next one after its connection was cut', async () => {
  const property = await createProperty('amy')
  const [messages, states] = [[], []]
  const isConnected = () => states.at(-1) === 'Connected'
  Hub.listen('api', ({ payload: { event, data } }) => {
    if (event === CONNECTION_STATE_CHANGE) states.push(data.connectionState)
  })
  subscription = client.graphql({ query: IOS.FollowHome, variables: { propertyId: property.id } }).subscribe({
    next: ({ data }) => messages.push(data.onPropertyChange),
    error: (error) => assert.fail(JSON.stringify(error)),
  })
  await waitFor(isConnected)
  await setPrice('amy', property, 1, 101)
  await waitFor(() => messages.at(-1)?.version === 2)
  proxy.cut()
  await waitFor(() => !isConnected())
  await waitFor(isConnected, 90) // Amplify reconnects after some seconds, then once a minute
  await setPrice('amy', property, 2, 102)
  await waitFor(() => messages.at(-1)?.version === 3)
  const changes = messages.slice(-2).map(({ propertyId, kind, version, price }) => [propertyId, kind, version, price])
  assert.deepEqual(changes, [[property.id, 'PRICE_CHANGED', 2, 101], [property.id, 'PRICE_CHANGED', 3, 102]])
})
