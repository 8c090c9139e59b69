// Requests to the local server that several client tests need. The environment variable SERVER is its address.
import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { parse, print, separateOperations } from 'graphql'

export const SERVER = process.env.SERVER
export const ENDPOINT = `${SERVER}/graphql`
export const ROOT = new URL('../../', import.meta.url).pathname

/** Returns a token of the server's issuer. */
export async function token(user, options = {}) {
  const body = JSON.stringify({ user, name: user, ...options })
  const response = await fetch(`${SERVER}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return (await response.json()).access_token
}

/** Sends a request as a user, without a client library. Throws if the response has errors. */
export async function execute(user, query, variables = {}) {
  const headers = { 'content-type': 'application/json', authorization: await token(user) }
  const response = await fetch(ENDPOINT, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  const body = await response.json()
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data
}

/** Creates a property of a user. */
export async function createProperty(user, input = {}) {
  const create = 'mutation ($input: CreatePropertyInput!) { createProperty(input: $input) { id version price } }'
  return (await execute(user, create, { input: { address: '1 Elm Street', price: 100, ...input } })).createProperty
}

/** Changes the price of a property. */
export async function setPrice(user, property, version, price) {
  const update = `mutation ($id: ID!, $version: Int!, $price: Float!) {
    updateProperty(id: $id, expectedVersion: $version, input: { price: $price }) { version } }`
  return (await execute(user, update, { id: property.id, version, price })).updateProperty
}

/** Returns the version of a property, or undefined if it does not exist. */
export async function currentVersion(id) {
  return (await execute('ada', 'query ($id: ID!) { property(id: $id) { version } }', { id })).property?.version
}

/** Returns mutations that are refused for a user: variables, the expected error, and the unchanged version. */
export async function refusals(user) {
  const [{ id: own }, { id: other }, absent] = [
    await createProperty(user),
    await createProperty('bob'),
    crypto.randomUUID(),
  ]
  const refusal = (errorType, errorInfo, id, expectedVersion, version) =>
    ({ errorType, errorInfo, variables: { id, expectedVersion }, version })
  return [
    refusal('VersionConflict', { id: own, expectedVersion: 7, currentVersion: 1 }, own, 7, 1),
    refusal('NotOwner', { propertyId: other }, other, 1, 1),
    refusal('PropertyNotFound', { id: absent }, absent, 1),
  ]
}

/** Returns the text of each operation of an app, with the fragments that it spreads, by name. */
export function operations(app) {
  const folder = `${ROOT}clients/${app}/`
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'))
  const text = files.map((file) => readFileSync(folder + file, 'utf8')).join('\n')
  const documents = Object.entries(separateOperations(parse(text)))
  return Object.fromEntries(documents.map(([name, document]) => [name, print(document)]))
}

export const schema = () => readFileSync(`${ROOT}schema.graphql`, 'utf8')

/** Resolves to the first truthy result of `poll`; rejects after `seconds`. */
export async function waitFor(poll, seconds = 20) {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    const value = await poll()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the condition was not met within ${seconds} s`)
}

/** A TCP proxy before the server; `cut` ends all connections at once. */
export async function startProxy() {
  const sockets = new Set()
  const proxy = net.createServer((client) => {
    const upstream = net.connect(new URL(SERVER).port, '127.0.0.1')
    for (const [source, target] of [[client, upstream], [upstream, client]]) {
      sockets.add(source)
      source.pipe(target)
      source.on('error', () => target.destroy())
      source.on('close', () => (sockets.delete(source), target.destroy()))
    }
  })
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://localhost:${proxy.address().port}/graphql`,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => (sockets.forEach((socket) => socket.destroy()), proxy.close()),
  }
}
