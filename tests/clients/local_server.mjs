// The desk that the tests ask, and those who ask it. DESK is its address; everything else is made here.
import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { parse, print, separateOperations } from 'graphql'

export const DESK = process.env.DESK
export const ENDPOINT = `${DESK}/graphql`
export const ROOT = new URL('../../', import.meta.url).pathname

/** A token of the desk's issuer. */
export async function token(user, more = {}) {
  const body = JSON.stringify({ user, name: user, ...more })
  const answer = await fetch(`${DESK}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return (await answer.json()).access_token
}

/** A plain request, as a user, without any client between. */
export async function ask(user, query, variables = {}) {
  const headers = { 'content-type': 'application/json', authorization: await token(user) }
  const answer = await fetch(ENDPOINT, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  const body = await answer.json()
  if (body.errors) throw new Error(JSON.stringify(body.errors))
  return body.data
}

/** A new home of a user's. */
export async function home(user, input = {}) {
  const create = 'mutation ($input: CreatePropertyInput!) { createProperty(input: $input) { id version price } }'
  return (await ask(user, create, { input: { address: '1 Elm Street', price: 100, ...input } })).createProperty
}

export async function price(user, home, version, price) {
  const update = `mutation ($id: ID!, $version: Int!, $price: Float!) {
    updateProperty(id: $id, expectedVersion: $version, input: { price: $price }) { version } }`
  return (await ask(user, update, { id: home.id, version, price })).updateProperty
}

/** The version of a home; undefined where there is none. */
export async function version(id) {
  return (await ask('ada', 'query ($id: ID!) { property(id: $id) { version } }', { id })).property?.version
}

/** Changes that are refused to a user: how, asked for what, and the version at which the home stays. */
export async function refusals(user) {
  const [{ id: own }, { id: other }, none] = [await home(user), await home('somebody'), crypto.randomUUID()]
  const refusal = (errorType, errorInfo, id, expectedVersion, stays) =>
    ({ errorType, errorInfo, variables: { id, expectedVersion }, stays })
  return [
    refusal('VersionConflict', { id: own, expectedVersion: 7, currentVersion: 1 }, own, 7, 1),
    refusal('NotOwner', { propertyId: other }, other, 1, 1),
    refusal('PropertyNotFound', { id: none }, none, 1),
  ]
}

/** What an app asks: the text of each operation with the fragments that it spreads, by its name. */
export function operations(app) {
  const folder = `${ROOT}clients/${app}/`
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'))
  const text = files.map((file) => readFileSync(folder + file, 'utf8')).join('\n')
  const alone = Object.entries(separateOperations(parse(text)))
  return Object.fromEntries(alone.map(([name, document]) => [name, print(document)]))
}

export const schema = () => readFileSync(`${ROOT}schema.graphql`, 'utf8')

/** Resolves when `found` answers something; rejects after some seconds. */
export async function until(found, seconds = 20) {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    const value = await found()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not come about in time')
}

/** A way to the desk that can be cut: it hands bytes on, and `cut` ends every connection at once. */
export async function wire() {
  const open = new Set()
  const server = net.createServer((client) => {
    const desk = net.connect(new URL(DESK).port, '127.0.0.1')
    for (const [one, other] of [[client, desk], [desk, client]]) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => (open.delete(one), other.destroy()))
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://localhost:${server.address().port}/graphql`,
    cut: () => open.forEach((socket) => socket.destroy()),
    close: () => (open.forEach((socket) => socket.destroy()), server.close()),
  }
}
