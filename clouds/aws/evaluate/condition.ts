import type { AwsCondition } from '../../../model/aws.ts'
import { fits } from './wildcard.ts'

/**
 * Covers: conditions over what is known of a principal whatever it asks for (its ARN, account, organization, type, name, a user's tags).
 * Does not cover: conditions over the request (address, MFA, time, region, tags of the target, session tags), which depend on it, and set operators.
 */
export type Facts = { readonly values: ReadonlyMap<string, string> }
/** `depends`: on a request that is not known here. */
export type Answer = 'holds' | 'fails' | 'depends'

type Test = (value: string, expected: string) => boolean
const same: Test = (value, expected) => value === expected
const sameIgnoringCase: Test = (value, expected) => value.toLowerCase() === expected.toLowerCase()
const like: Test = (value, expected) => fits(expected, value)
const arnLike: Test = (value, expected) => {
  const [wanted, given] = [expected.split(':'), value.split(':')]
  return wanted.length < 6 ? fits(expected, value) : [...wanted.slice(0, 5), wanted.slice(5).join(':')].every((part, index) => fits(part, index < 5 ? (given[index] ?? '') : given.slice(5).join(':')))
}
/** Operators that compare one known value with any of the expected ones; `isNot` wants none of them. */
const operators: ReadonlyMap<string, { readonly test: Test; readonly isNot: boolean }> = new Map([
  ['stringequals', { test: same, isNot: false }], ['stringnotequals', { test: same, isNot: true }],
  ['stringequalsignorecase', { test: sameIgnoringCase, isNot: false }], ['stringnotequalsignorecase', { test: sameIgnoringCase, isNot: true }],
  ['stringlike', { test: like, isNot: false }], ['stringnotlike', { test: like, isNot: true }],
  ['arnequals', { test: arnLike, isNot: false }], ['arnnotequals', { test: arnLike, isNot: true }],
  ['arnlike', { test: arnLike, isNot: false }], ['arnnotlike', { test: arnLike, isNot: true }],
  ['bool', { test: sameIgnoringCase, isNot: false }],
])

/** Whether all conditions of a statement hold for every request of the principal. */
export function conditionsHold(conditions: readonly AwsCondition[], facts: Facts): Answer {
  const answers = conditions.map((condition) => conditionHolds(condition, facts))
  return answers.includes('fails') ? 'fails' : answers.includes('depends') ? 'depends' : 'holds'
}

function conditionHolds({ operator, key, values }: AwsCondition, facts: Facts): Answer {
  const name = operator.toLowerCase().replace(/ifexists$/, '')
  const value = facts.values.get(key.toLowerCase())
  if (value === undefined) return 'depends'
  if (name === 'null') return values.some((expected) => expected.toLowerCase() === 'false') ? 'holds' : 'fails'
  const known = operators.get(name)
  if (known === undefined || values.some((expected) => expected.includes('${'))) return 'depends'
  return values.some((expected) => known.test(value, expected)) !== known.isNot ? 'holds' : 'fails'
}

/** One condition as people read it, e.g. `Bool aws:MultiFactorAuthPresent = true`. */
export const printCondition = ({ operator, key, values }: AwsCondition): string => `${operator} ${key} = ${values.join(' | ')}`
