import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client, fetchExchange, cacheExchange } from '@urql/core'
import { createProperty, currentVersion, ENDPOINT, operations, refusals, token } from './local_server.mjs'

const WEB = operations('web/1.0')
let client

before(async () => {
  const authorization = `Bearer ${await token('uma')}`
  const exchanges = [cacheExchange, fetchExchange]
  client = new Client({ url: ENDPOINT, exchanges, fetchOptions: { headers: { authorization } } })
})

test('a query returns the property with its owner', async () => {
  const { id } = await createProperty('uma')
  const { data, error } = await client.query(WEB.HomePageQuery, { id }).toPromise()
  assert.equal(error, undefined)
  assert.deepEqual([data.property.id, data.property.owner.name, data.property.images], [id, 'uma', []])
})

test('a query after a mutation reads the new version', async () => {
  const { id } = await createProperty('uma')
  await client.query(WEB.HomePageQuery, { id }).toPromise()
  const variables = { id, expectedVersion: 1, input: { price: 5 } }
  const { data } = await client.mutation(WEB.HomeFormUpdateMutation, variables).toPromise()
  assert.deepEqual([data.updateProperty.version, data.updateProperty.price], [2, 5])
  assert.equal((await client.query(WEB.HomePageQuery, { id }).toPromise()).data.property.version, 2)
})

test('a refused mutation returns errorType and errorInfo in originalError, and changes nothing', async () => {
  for (const { errorType, errorInfo, variables, version } of await refusals('uma')) {
    const { data, error } = await client.mutation(WEB.HomeFormDeleteMutation, variables).toPromise()
    assert.deepEqual(data, { deleteProperty: null })
    const errors = error.graphQLErrors.map(({ originalError }) => [originalError.errorType, originalError.errorInfo])
    assert.deepEqual(errors, [[errorType, errorInfo]])
    assert.equal(await currentVersion(variables.id), version)
  }
})

test('a request without a token is a network error with status 401', async () => {
  const anonymous = new Client({ url: ENDPOINT, exchanges: [fetchExchange] })
  const { error } = await anonymous.query(WEB.HomePageQuery, { id: 'x' }).toPromise()
  assert.equal(error.response.status, 401)
})
