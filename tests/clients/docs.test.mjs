// The code of docs/clients.md runs as it stands there: only the desk's address and the token are put in.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { DESK, ROOT, token } from './local_server.mjs'

const NODE = ['--experimental-websocket', '--input-type=module', '--eval']
const said = readFileSync(`${ROOT}docs/clients.md`, 'utf8').matchAll(/^## (\S+).*\n\n```js\n([^]*?)```/gm)

for (const [, client, code] of said)
  test(`what is said of ${client} asks who I am, and is told`, async () => {
    const mine = JSON.stringify(await token('dora', { use: 'access' }))
    const here = code.replace(/https?:\/\/localhost:8000/, DESK).replace('TOKEN', mine)
    const told = `${here}\nconsole.log(data.me.id)\nprocess.exit()`
    const { stdout } = await promisify(execFile)('node', [...NODE, told], { cwd: `${ROOT}tests/clients` })
    assert.equal(stdout, 'dora\n')
  })
