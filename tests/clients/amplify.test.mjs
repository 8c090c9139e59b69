import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Amplify } from 'aws-amplify'
import { decodeJWT } from 'aws-amplify/auth'
import { generateClient } from 'aws-amplify/api'
import { home, operations, price, token, until, wire } from './desk.mjs'

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

test('a refusal is told by its errorType, with its facts', async () => {
  const { id } = await home('amy')
  const variables = { id, expectedVersion: 7, input: { price: 1 } }
  await assert.rejects(client.graphql({ query: IOS.EditHome, variables }), ({ errors }) => {
    assert.equal(errors[0].errorType, 'VersionConflict')
    assert.deepEqual(errors[0].path, ['updateProperty'])
    assert.deepEqual(errors[0].errorInfo, { id, expectedVersion: 7, currentVersion: 1 })
    return true
  })
})

test('a home of somebody else is refused', async () => {
  const { id } = await home('ben')
  const variables = { id, expectedVersion: 1, input: { price: 1 } }
  await assert.rejects(client.graphql({ query: IOS.EditHome, variables }), ({ errors }) => {
    assert.equal(errors[0].errorType, 'NotTheOwner')
    return true
  })
})

test('a subscription hears of changes, and again after its socket was killed', async () => {
  const made = await home('amy', { zipCode: '94202' })
  const heard = []
  const query = IOS.FollowHome
  changes = client.graphql({ query, variables: { propertyId: made.id } }).subscribe({
    next: ({ data }) => heard.push(data.onPropertyChange),
    error: (error) => assert.fail(JSON.stringify(error)),
  })
  let version = 1
  const told = async () => {
    await price('amy', made, version, 100 + version)
    version += 1
    return until(() => heard.some((change) => change.version === version), 2).catch(() => false)
  }
  await until(told)
  assert.equal(heard.at(-1).kind, 'PRICE_CHANGED')
  line.cut()
  const before = heard.length
  await until(told, 40)
  assert.ok(heard.length > before)
  assert.equal(heard.at(-1).price, 100 + version - 1)
})
