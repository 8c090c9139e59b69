// The audit of GraphQL over HTTP by graphql-http. docs/clients.md lists the checks in which AppSync differs, with reasons.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { ENDPOINT, ROOT, token } from './local_server.mjs'

const guide = readFileSync(`${ROOT}docs/clients.md`, 'utf8')
const differences = [...guide.matchAll(/^\| (\w{4}) \| (.+?) \| .+ \|$/gm)].map(([, id, name]) => `${id} ${name}`)

test('exactly the checks fail in which AppSync differs, and none with a 5xx', async () => {
  const authorization = await token('aud')
  const statuses = []
  const fetchFn = async (url, init = {}) => {
    const response = await fetch(url, { ...init, headers: { ...init.headers, authorization } })
    statuses.push(response.status)
    return response
  }
  const audits = serverAudits({ url: ENDPOINT, fetchFn })
  const results = []
  for (const audit of audits) results.push({ ...(await audit.fn()), id: audit.id, name: audit.name })
  const failed = results.filter(({ status }) => status !== 'ok')
  assert.deepEqual(failed.map(({ id, name }) => `${id} ${name}`), differences)
  const passed = audits.length - failed.length
  assert.ok(guide.includes(`The local server passes ${passed} of the ${audits.length} checks of the npm package \`graphql-http\``))
  assert.deepEqual(statuses.filter((status) => status >= 500), [])
})
