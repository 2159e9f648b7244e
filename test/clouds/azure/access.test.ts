import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decide } from '../../../clouds/azure/evaluate/access.ts'
import { indexTenant } from '../../../clouds/azure/evaluate/directory-index.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { assignment, type AzureAnswers, azureEstate, denial, group, groupScope, memberGroup, memberUser, objectId, role, rootGroup, subscriptionScope, user } from '../../builders/azure.ts'

const texts = z.array(z.string())
const caseSchema = z.strictObject({
  name: z.string(), roles: z.record(z.string(), z.strictObject({ actions: texts, notActions: texts.optional(), dataActions: texts.optional(), condition: z.string().optional() })),
  groups: z.record(z.string(), texts.nullable()).default({}), unread: texts.default([]), assign: z.array(texts),
  deny: z.array(z.strictObject({ actions: texts, notActions: texts.default([]), scope: z.string(), excluded: texts.default([]), own: z.boolean().default(false), condition: z.string().optional() })).default([]),
  ask: texts, expect: z.string(),
})
const cases = z.array(caseSchema).min(30).parse(JSON.parse(readFileSync(new URL('../../cases/azure/access.json', import.meta.url), 'utf8')))
const scopes: Readonly<Record<string, string>> = { root: rootGroup, sub: subscriptionScope, group: groupScope, vm: `${groupScope}/providers/Microsoft.Compute/virtualMachines/web` }
const scopeOf = (name: string | undefined): string => scopes[name ?? ''] ?? '/'

function answersOf(one: z.infer<typeof caseSchema>): { readonly answers: AzureAnswers; readonly idOf: (name: string) => string } {
  const names = ['ada', ...Object.keys(one.groups)]
  const roles = Object.keys(one.roles)
  const number = (name: string): number => names.indexOf(name) + 1
  const members = Object.entries(one.groups).flatMap(([name, list]) => (list === null ? [] : [[`graph/group-members/${objectId(number(name))}`, list.map((each) => (each === 'ada' ? memberUser(1) : memberGroup(number(each))))] as const]))
  const answers: AzureAnswers = {
    'graph/users': [user(1)], 'graph/groups': Object.keys(one.groups).map((name) => group(number(name))), ...Object.fromEntries(members),
    'role-definitions': roles.map((name, at) => role(at + 1, one.roles[name]?.actions ?? [], { ...one.roles[name], name })),
    'role-assignments': one.assign.map(([who = '', what = '', where, condition], at) => assignment(at + 1, number(who), roles.includes(what) ? roles.indexOf(what) + 1 : 99,
      { scope: scopeOf(where), condition: condition ?? null, principalType: who === 'ada' ? 'User' : 'Group' })),
    'deny-assignments': one.deny.map((each, at) => denial(at + 1, each.actions, scopeOf(each.scope), {
      permissions: [{ actions: each.actions, notActions: each.notActions }], doNotApplyToChildScopes: each.own, condition: each.condition,
      excludePrincipals: each.excluded.map((name) => ({ id: objectId(number(name)), type: 'User' })) })),
    ...Object.fromEntries(one.unread.map((name) => [name, name === 'role-assignments'
      ? { kind: 'present' as const, pages: [{ value: [], nextLink: 'https://more' }], isComplete: false, observedAt: azureEstate().asOf } : undefined])),
  }
  return { answers, idOf: (name) => objectId(number(name)) }
}

const shown = (verdict: Verdict): string => `${verdict.kind}${verdict.kind === 'denied' ? ` ${verdict.how}` : ''}${verdict.kind === 'allowed' && verdict.unread.length > 0 ? ' unread' : ''}`

function verdictOf(one: z.infer<typeof caseSchema>): Verdict {
  const { answers, idOf } = answersOf(one)
  const { azure } = azureEstate(answers)
  const [tenant, subscription] = [azure.tenants[0], azure.accounts[0]]
  if (tenant === undefined || subscription === undefined) throw new Error('the case has no tenant')
  const [who = '', operation = '', where, plane] = one.ask
  return decide(indexTenant(azure, tenant), subscription, { principalId: idOf(who), operation, scope: scopeOf(where), plane: plane === 'data' ? 'data' : 'control' })
}

test.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
  expect(shown(verdictOf(one))).toBe(one.expect)
})

test('an allow names the assignments that it needs, a deny what denies', () => {
  const find = (name: string) => cases.find((one) => one.name === name) ?? cases[0]
  const both = find('two roles together give everything')
  const deny = find('a deny assignment for everyone beats Owner')
  const verdicts = [both, deny].flatMap((one) => (one === undefined ? [] : [verdictOf(one)]))
  expect(verdicts[0]?.kind === 'allowed' ? verdicts[0].because.map(({ statement }) => statement) : []).toEqual(['contributor', 'uaa'])
  expect(verdicts[1]?.kind === 'denied' ? verdicts[1].by.map(({ statement }) => statement) : []).toEqual(['Deny 1'])
})

test('adding a deny assignment never allows', () => {
  const pattern = fc.constantFrom('*', '*/read', '*/write', 'Microsoft.Storage/*', 'Microsoft.Storage/storageAccounts/write', 'Microsoft.Authorization/*/write')
  const where = fc.constantFrom('root', 'sub', 'group')
  const deny = fc.record({ actions: fc.array(pattern, { minLength: 1, maxLength: 2 }), notActions: fc.array(pattern, { maxLength: 1 }), scope: where, excluded: fc.subarray(['ada']), own: fc.boolean() })
  fc.assert(fc.property(fc.array(fc.tuple(pattern, fc.option(pattern), where), { maxLength: 3 }), fc.array(deny, { maxLength: 2 }), deny, fc.constantFrom('*', 'Microsoft.Storage/storageAccounts/write'), (grants, denials, extra, operation) => {
    const one = caseSchema.parse({
      name: 'x', expect: '', roles: Object.fromEntries(grants.map(([action, hole], at) => [`r${at}`, { actions: [action], notActions: hole === null ? [] : [hole] }])),
      assign: grants.map(([, , scope], at) => ['ada', `r${at}`, scope]), deny: denials, ask: ['ada', operation, 'group'] })
    const [before, after] = [verdictOf(one), verdictOf({ ...one, deny: [...denials, extra] })]
    expect([before.kind, after.kind]).not.toEqual(['denied', 'allowed'])
  }), { numRuns: 200 })
})
