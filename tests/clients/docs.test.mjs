// Runs each example of docs/clients.md unchanged, except for the server's address and the token.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ROOT, SERVER, token } from './local_server.mjs'

const NODE = ['--experimental-websocket', '--input-type=module', '--eval']
const examples = readFileSync(`${ROOT}docs/clients.md`, 'utf8').matchAll(/^## (\S+).*\n\n```js\n([^]*?)```/gm)

for (const [, client, code] of examples)
  test(`the example of ${client} returns the caller's id`, async () => {
    const bearer = JSON.stringify(await token('dora', { use: 'access' }))
    const example = code.replace(/https?:\/\/localhost:8000/, SERVER).replace('TOKEN', bearer)
    const program = `${example}\nconsole.log(data.me.id)\nprocess.exit()`
    const { stdout } = await promisify(execFile)('node', [...NODE, program], { cwd: `${ROOT}tests/clients` })
    assert.equal(stdout, 'dora\n')
  })
