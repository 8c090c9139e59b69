import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client, fetchExchange, cacheExchange } from '@urql/core'
import { ENDPOINT, home, token } from './desk.mjs'

let client

before(async () => {
  const authorization = `Bearer ${await token('uma')}`
  const exchanges = [cacheExchange, fetchExchange]
  client = new Client({ url: ENDPOINT, exchanges, fetchOptions: { headers: { authorization } }, preferGetMethod: false })
})

const OPEN = 'query Open($id: ID!) { property(id: $id) { id version address owner { name } images { url } } }'
const PRICE = `mutation Price($id: ID!, $version: Int!) {
  updateProperty(id: $id, expectedVersion: $version, input: { price: 5 }) { id version price } }`

test('a query is answered', async () => {
  const { id } = await home('uma')
  const { data, error } = await client.query(OPEN, { id }).toPromise()
  assert.equal(error, undefined)
  assert.deepEqual([data.property.id, data.property.owner.name, data.property.images], [id, 'uma', []])
})

test('a mutation writes, and what is asked again is read anew', async () => {
  const { id } = await home('uma')
  await client.query(OPEN, { id }).toPromise()
  const { data } = await client.mutation(PRICE, { id, version: 1 }).toPromise()
  assert.deepEqual([data.updateProperty.version, data.updateProperty.price], [2, 5])
  assert.equal((await client.query(OPEN, { id }).toPromise()).data.property.version, 2)
})

test('a refusal comes beside the data; urql keeps its text and path', async () => {
  const { id } = await home('uma')
  const { data, error } = await client.mutation(PRICE, { id, version: 7 }).toPromise()
  assert.equal(data.updateProperty, null)
  assert.equal(error.graphQLErrors.length, 1)
  assert.match(error.graphQLErrors[0].message, /version/)
  assert.deepEqual(error.graphQLErrors[0].path, ['updateProperty'])
})

test('whoever has no token is told 401, as an error of the network', async () => {
  const nobody = new Client({ url: ENDPOINT, exchanges: [fetchExchange], preferGetMethod: false })
  const { error } = await nobody.query(OPEN, { id: 'x' }).toPromise()
  assert.equal(error.response.status, 401)
})
