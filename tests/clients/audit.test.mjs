// The audit of GraphQL over HTTP by graphql-http. Where AppSync's way is another, so is the desk's: docs/clients.md says why.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { ENDPOINT, ROOT, token } from './local_server.mjs'

const said = readFileSync(`${ROOT}docs/clients.md`, 'utf8')
const differs = [...said.matchAll(/^\| (\w{4}) \| (.+?) \| .+ \|$/gm)].map(([, id, name]) => `${id} ${name}`)

test('the audit fails just where AppSync differs, and never with a fault of the server', async () => {
  const authorization = await token('aud')
  const statuses = []
  const fetchFn = async (url, init = {}) => {
    const answer = await fetch(url, { ...init, headers: { ...init.headers, authorization } })
    statuses.push(answer.status)
    return answer
  }
  const audits = serverAudits({ url: ENDPOINT, fetchFn })
  const results = []
  for (const audit of audits) results.push({ ...(await audit.fn()), id: audit.id, name: audit.name })
  const failed = results.filter(({ status }) => status !== 'ok')
  assert.deepEqual(failed.map(({ id, name }) => `${id} ${name}`), differs)
  const passed = audits.length - failed.length
  assert.ok(said.includes(`The local server passes ${passed} of the ${audits.length} checks of the npm package \`graphql-http\``))
  assert.deepEqual(statuses.filter((status) => status >= 500), [])
})
