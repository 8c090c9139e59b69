// Judges pairs of schemas, a list from standard input, and tells of each the changes that graphql-inspector sees.
import { CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const GRADES = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
}

let told = ''
for await (const part of process.stdin) told += part
const answers = []
for (const { before, after } of JSON.parse(told)) {
  const changes = await diff(buildSchema(before), buildSchema(after), [DiffRule.suppressRemovalOfDeprecatedField])
  answers.push(changes.map((change) => ({ type: change.type, grade: GRADES[change.criticality.level] })))
}
console.log(JSON.stringify(answers))
