import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCardValue, parseModalValue, printCardValue, printModalValue } from '../../integrations/slack/card-value.ts'
import { linkNotice, notice } from '../../integrations/slack/notices.ts'
import { type Card, cardActions, renderCard, renderRejectModal } from '../../integrations/slack/render.ts'
import { instant } from '../../model/instant.ts'
import { type PlanState, planStates } from '../../model/plan.ts'
import { cardDigest, cardOf, findingOf, planOf } from '../builders/card.ts'

type Node = { readonly path: string; readonly value: string }
const strings = (value: unknown, path = ''): Node[] =>
  typeof value === 'string' ? [{ path, value }]
    : typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]: [string, unknown]) => strings(inner, `${path}/${key}`)) : []
const actionsOf = (card: Card): string[] => strings(renderCard(card).blocks).filter((node) => node.path.endsWith('/action_id')).map((node) => node.value)
const textOf = (card: Card): string => strings(renderCard(card).blocks).filter((node) => node.path.endsWith('/text')).map((node) => node.value).join('\n')

test('a card shows what, why, evidence, diff, API calls, who asks, until when and the first 12 hex of the digest', () => {
  const text = textOf(cardOf())
  for (const part of ['Deactivate an unused access key', 'nobody has used it', 'idleDays: 200', '-   "status": "Active"', '+   "status": "Inactive"', 'iam:UpdateAccessKey', 'you', '2026-02-04 00:00 UTC', cardDigest.slice(0, 12), 'low tier']) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain(cardDigest.slice(0, 13))
})

const decide = [cardActions.approve, cardActions.reject, cardActions.details]
const undo = [cardActions.undo, cardActions.details]
const nothing = [cardActions.details]
const offered = {
  proposed: nothing, 'awaiting-approval': decide, approved: nothing, executing: nothing, applied: nothing, effective: undo, watching: undo, closed: undo,
  rejected: nothing, expired: nothing, cancelled: nothing, refused: nothing, 'rolled-back': nothing, 'partial-needs-human': undo,
} satisfies Record<PlanState, string[]>
test.each(planStates.map((state) => [state, offered[state]] as const))('a plan that is %s offers %j', (state, actions) => {
  expect(actionsOf(cardOf({ state }))).toEqual(actions)
})

test.each<[string, Partial<Card>, readonly string[]]>([
  ['a high-tier plan may be rejected here but is approved in the web', { plan: planOf({ tier: 'high' }) }, [cardActions.reject, cardActions.details]],
  ['undo is not offered after its last day', { state: 'effective', asOf: instant('2026-02-11T00:00:00Z') }, nothing],
  ['undo is not offered where nothing can be undone', { state: 'effective', plan: planOf({ inverse: [], irreversible: ['the key is deleted'] }) }, nothing],
])('%s', (_name, over, actions) => expect(actionsOf(cardOf(over))).toEqual(actions))

test('decisions and the reason of a state are on the card', () => {
  const text = textOf(cardOf({ state: 'refused', stateReason: 'the key was changed by someone else', decisions: [{ name: 'second', decision: 'approve', reason: 'fine', at: instant('2026-02-01T10:00:00Z') }] }))
  expect(text).toContain('Refused: nothing was written: the key was changed by someone else')
  expect(text).toContain('Approved by second, 2026-02-01 10:00 UTC: fine')
})

const hostile = ['<!channel>', '<!here|x>', '<@U012AB3CD>', '<#C0123>', '<https://evil.example|click>', 'https://evil.example/x', 'http://localhost:8080.evil.example', '@channel @here', '*bold* `code`',
  '&lt;!channel&gt;', '\u202Eevil\u202C', 'a\u200Bb', '\u0000\u0007\u001B[31m', '\uD800', '​﻿', ']]>"}', '"},{"type":"actions"', '~'.repeat(5000), '&'.repeat(5000), '<'.repeat(5000), '👩‍👩‍👧'.repeat(900), '\n'.repeat(3000), '']
const word = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 3000 }), fc.tuple(fc.constantFrom(...hostile), fc.string()).map((pair) => pair.join('')))
const state = fc.constantFrom(...planStates)
const anyCard = fc.record({ texts: fc.array(word, { minLength: 16, maxLength: 16 }), state, tier: fc.constantFrom('low', 'medium', 'high') }).map(({ texts, state: at, tier }): Card => {
  const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', i = '', j = '', k = '', l = '', m = '', n = '', o = '', p = ''] = texts
  const changes = planOf().changes.map((change) => ({ ...change, target: a, before: { [b]: c }, after: { [d]: e } }))
  return cardOf({
    state: at, stateReason: f, requester: g, decisions: [h, i, j, k].map((reason) => ({ name: reason, decision: 'reject', reason, at: instant('2026-02-01T00:00:00Z') })),
    plan: planOf({ title: l, reason: m, apiCalls: [n, o], changes, environment: p, account: a, tier, irreversible: [b] }),
    finding: findingOf({ title: c, summary: d, principal: e, evidence: { [f]: g, [h]: [i, { [j]: k }] } }),
  })
})
const limits: readonly (readonly [RegExp, number])[] = [[/^\/\d+\/text\/text$/, 3000], [/^\/\d+\/fields\/\d+\/text$/, 2000], [/^\/\d+\/elements\/\d+\/text$/, 2000], [/^\/\d+\/elements\/\d+\/text\/text$/, 75], [/\/value$/, 2000], [/\/url$/, 3000]]

test('no string from outside can mention, link or leave the limits of Slack, in any state', () => {
  fc.assert(fc.property(anyCard, (card) => {
    const message = renderCard(card)
    const nodes = strings(message.blocks)
    const texts = [...nodes.filter((node) => /\/text$/.test(node.path)).map((node) => node.value), message.text]
    for (const text of texts) {
      expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      expect(text).not.toMatch(/:\/\//)
      expect(text).not.toMatch(/(?!\n)\p{C}/u)
      expect(text.length).toBeGreaterThan(0)
    }
    expect(message.text).not.toContain('@')
    for (const { path, value } of nodes) {
      if (path.endsWith('/url')) expect(value.startsWith('http://localhost:8080/plans/')).toBe(true)
      for (const [where, most] of limits) if (where.test(path)) expect(value.length).toBeLessThanOrEqual(most)
    }
    const labels = new Set(JSON.stringify(message.blocks).match(/"type":"mrkdwn","text":"[^"]*"/g))
    for (const text of labels) expect(text).toMatch(/"\*(Why|Risk|Where|Asked by|Decide until|Evidence|What changes|API calls)\*"$/)
    expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(4000)
    expect(message.blocks.length).toBeLessThanOrEqual(50)
    expect(message.blocks[0]).toSatisfy((block: { text: { text: string } }) => block.text.text.length <= 150)
  }), { numRuns: 1500 })
})

test('notices and the modal are as inert as the card', () => {
  fc.assert(fc.property(word, (text) => {
    const { text: fallback, blocks } = notice(text)
    expect(`${fallback}${JSON.stringify(blocks)}`).not.toMatch(/<[!@#h]/)
  }))
  expect(JSON.stringify(linkNotice('http://localhost:8080/slack-link?code=x'))).toContain('http://localhost:8080/slack-link?code=x')
  expect(renderRejectModal({ planId: planOf().id, digest: cardDigest, nonce: 'n0nce-0123456789abcdef' }, 'C0123').private_metadata.length).toBeLessThanOrEqual(3000)
})

const value = { planId: planOf().id, digest: cardDigest, nonce: 'n0nce-0123456789abcdef' }
test('what a button carries is read back as it was, and stays below 2,000 characters', () => {
  expect(parseCardValue(printCardValue(value))).toEqual(value)
  expect(parseModalValue(printModalValue(value, 'C0123'))).toEqual({ value, channel: 'C0123' })
  expect(printCardValue(value).length).toBeLessThan(2000)
})
test.each(['', 'x', '{}', 'null', '[]', '{"p":"1","d":"2","n":"3"}', `{"__proto__":{"p":1}}`, 'x'.repeat(3000), `${printCardValue(value).slice(0, -1)},"x":1}`])('a value that is none of ours is none: %j', (text) => {
  expect(parseCardValue(text)).toBeNull()
  expect(parseModalValue(text)).toBeNull()
})
