import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Client, fetchExchange, cacheExchange } from '@urql/core'
import { ENDPOINT, home, operations, refusals, token, version } from './local_server.mjs'

const WEB = operations('web/1.0')
let client

before(async () => {
  const authorization = `Bearer ${await token('uma')}`
  const exchanges = [cacheExchange, fetchExchange]
  client = new Client({ url: ENDPOINT, exchanges, fetchOptions: { headers: { authorization } } })
})

test('a query is answered', async () => {
  const { id } = await home('uma')
  const { data, error } = await client.query(WEB.HomePageQuery, { id }).toPromise()
  assert.equal(error, undefined)
  assert.deepEqual([data.property.id, data.property.owner.name, data.property.images], [id, 'uma', []])
})

test('a mutation writes, and what is asked again is read anew', async () => {
  const { id } = await home('uma')
  await client.query(WEB.HomePageQuery, { id }).toPromise()
  const variables = { id, expectedVersion: 1, input: { price: 5 } }
  const { data } = await client.mutation(WEB.HomeFormUpdateMutation, variables).toPromise()
  assert.deepEqual([data.updateProperty.version, data.updateProperty.price], [2, 5])
  assert.equal((await client.query(WEB.HomePageQuery, { id }).toPromise()).data.property.version, 2)
})

test('a refusal is told by its errorType, with its facts, in what urql was told, and nothing is changed', async () => {
  for (const { errorType, errorInfo, variables, stays } of await refusals('uma')) {
    const { data, error } = await client.mutation(WEB.HomeFormDeleteMutation, variables).toPromise()
    assert.deepEqual(data, { deleteProperty: null })
    const told = error.graphQLErrors.map(({ originalError }) => [originalError.errorType, originalError.errorInfo])
    assert.deepEqual(told, [[errorType, errorInfo]])
    assert.equal(await version(variables.id), stays)
  }
})

test('whoever has no token is told 401, as an error of the network', async () => {
  const nobody = new Client({ url: ENDPOINT, exchanges: [fetchExchange] })
  const { error } = await nobody.query(WEB.HomePageQuery, { id: 'x' }).toPromise()
  assert.equal(error.response.status, 401)
})
