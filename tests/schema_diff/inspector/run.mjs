// Reads pairs of schemas as JSON from standard input and prints the changes that graphql-inspector reports for each pair.
import { CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const SEVERITIES = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}

let input = ''
for await (const part of process.stdin) input += part
const results = []
for (const { before, after } of JSON.parse(input)) {
  const changes = await diff(buildSchema(before), buildSchema(after), [DiffRule.suppressRemovalOfDeprecatedField])
  results.push(changes.map((change) => ({ type: change.type, severity: SEVERITIES[change.criticality.level] })))
}
console.log(JSON.stringify(results))
