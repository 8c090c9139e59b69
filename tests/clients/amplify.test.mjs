import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Amplify } from 'aws-amplify'
import { decodeJWT } from 'aws-amplify/auth'
import { CONNECTION_STATE_CHANGE, generateClient } from 'aws-amplify/api'
import { Hub } from 'aws-amplify/utils'
import { home, operations, price, refusals, token, until, version, wire } from './local_server.mjs'

const IOS = operations('ios/1.0')
let line, client, changes

before(async () => {
  line = await wire()
  const accessToken = decodeJWT(await token('amy', { use: 'access' }))
  Amplify.configure(
    { API: { GraphQL: { endpoint: line.endpoint, region: 'us-east-1', defaultAuthMode: 'userPool' } } },
    { Auth: { tokenProvider: { getTokens: async () => ({ accessToken }) } } },
  )
  client = generateClient()
})

after(() => {
  changes?.unsubscribe()
  line.close()
})

test('a query is answered', async () => {
  const { id } = await home('amy', { zipCode: '94201' })
  const { data } = await client.graphql({ query: IOS.OpenHome, variables: { id } })
  assert.equal(data.property.id, id)
  assert.equal(data.property.owner.id, 'amy')
  assert.deepEqual(data.property.images, [])
})

test('a mutation writes', async () => {
  const input = { address: '2 Elm Street', price: 250000, zipCode: '94201' }
  const variables = { input, idempotencyKey: crypto.randomUUID() }
  const { data } = await client.graphql({ query: IOS.SellHome, variables })
  assert.deepEqual([data.createProperty.ownerId, data.createProperty.version], ['amy', 1])
})

test('a refusal is told by its errorType, with its facts, and nothing is changed', async () => {
  for (const { errorType, errorInfo, variables, stays } of await refusals('amy')) {
    const asked = client.graphql({ query: IOS.EditHome, variables: { ...variables, input: { price: 1 } } })
    const { data, errors } = await asked.catch((refused) => refused)
    assert.deepEqual(data, { updateProperty: null })
    assert.deepEqual(errors.map((error) => [error.errorType, error.errorInfo]), [[errorType, errorInfo]])
    assert.equal(await version(variables.id), stays)
  }
})

test('a subscription hears of a change, and of the next one after its socket was killed', async () => {
  const made = await home('amy')
  const [heard, states] = [[], []]
  const connected = () => states.at(-1) === 'Connected'
  Hub.listen('api', ({ payload: { event, data } }) => {
    if (event === CONNECTION_STATE_CHANGE) states.push(data.connectionState)
  })
  changes = client.graphql({ query: IOS.FollowHome, variables: { propertyId: made.id } }).subscribe({
    next: ({ data }) => heard.push(data.onPropertyChange),
    error: (error) => assert.fail(JSON.stringify(error)),
  })
  await until(connected)
  await price('amy', made, 1, 101)
  await until(() => heard.at(-1)?.version === 2)
  line.cut()
  await until(() => !connected())
  await until(connected, 90) // Amplify tries after some seconds, and then once a minute
  await price('amy', made, 2, 102)
  await until(() => heard.at(-1)?.version === 3)
  const told = heard.slice(-2).map(({ propertyId, kind, version, price }) => [propertyId, kind, version, price])
  assert.deepEqual(told, [[made.id, 'PRICE_CHANGED', 2, 101], [made.id, 'PRICE_CHANGED', 3, 102]])
})
