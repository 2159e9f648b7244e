import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkPlaybook } from '../../playbooks/check.ts'
import { shippedPlaybooks } from '../../playbooks/index.ts'
import { printYamlProblems } from '../../yaml-document.ts'

const words = { detections: ['aws-access-key-unused', 'azure-owner-subscription'], remediations: ['deactivate-access-key', 'remove-role-assignment'] }
const problemsIn = (text: string): string => {
  const checked = checkPlaybook(text, words)
  return checked.ok ? '' : printYamlProblems('p', checked.error)
}
const steps = `steps:
  - { id: ask, kind: ask }
  - { id: fix, kind: apply, remediation: deactivate-access-key }
  - { id: check, kind: verify }
`
const book = (extra: string, body = steps) => `schemaVersion: 1\nid: a\ntitle: A\nowner: security\nmode: ask\n${extra}${body}`

test('the playbooks that we ship are right, and named like their files', () => {
  expect([...shippedPlaybooks({ detections: [], remediations: [] }).keys()]).toEqual(['fix-with-approval'])
  expect(shippedPlaybooks(words).get('fix-with-approval')?.steps.map((step) => step.kind)).toEqual(['open-ticket', 'ask', 'apply', 'verify', 'notify'])
})

test('the example of the contract is right', () => {
  expect(problemsIn(`schemaVersion: 1
id: fix-with-approval
title: Ask the owner, then fix
owner: cloud-security
priority: 100
mode: ask                    # observe | ask | auto
triggers:
  - { on: finding, detection: [aws-access-key-unused], when: 'finding.severity in ["high", "critical"]' }
limits: { perRun: 10, perDay: 50 }
steps:
  - { id: ticket, kind: open-ticket }
  - { id: ask, kind: ask, from: owner, wait: 72h, reminders: [24h], else: security }
  - { id: fix, kind: apply, remediation: deactivate-access-key }
  - { id: check, kind: verify }
  - { id: tell, kind: notify, to: [slack] }
`)).toBe('')
})

describe('a playbook is refused, with line and column, for', () => {
  test.each([
    ['an unknown key', book('colour: red\n'), 'p:6:1 `colour` is not a known field'],
    ['an unknown kind of step', book('', 'steps:\n  - { id: x, kind: run-script }\n'), 'p:7:20 `steps[0].kind`'],
    ['a step id used twice', book('', 'steps:\n  - { id: x, kind: ask }\n  - { id: x, kind: apply }\n'), 'p:8:11 the step id `x` is used twice'],
    ['applying unasked', book('', 'steps:\n  - { id: fix, kind: apply }\n'), 'p:7:22 `apply` stands before any `ask`'],
    ['asking without applying', book('', 'steps:\n  - { id: ask, kind: ask }\n'), 'p:7:22 `ask` is followed by no `apply`'],
    ['applying twice', book('', `${steps}  - { id: again, kind: apply }\n`), 'p:10:24 a playbook applies once'],
    ['asking twice', book('', `steps:\n  - { id: one, kind: ask }\n${steps.replace('steps:\n', '')}`), 'p:8:22 a playbook asks once'],
    ['verifying first', book('', `steps:\n  - { id: v, kind: verify }\n${steps.replace('steps:\n', '')}`), 'p:7:20 `verify` stands before `apply`'],
    ['a misspelt detection', book('triggers: [{ on: finding, detection: [aws-acces-key-unused] }]\n'), 'p:6:39 there is no detection `aws-acces-key-unused`: did you mean `aws-access-key-unused`?'],
    ['an unknown remediation', book('', steps.replace('deactivate-access-key', 'delete-everything')), 'p:8:42 there is no remediation `delete-everything`'],
    ['a duration that is none', book('', steps.replace('kind: ask', 'kind: ask, wait: soon')), 'p:7:33 `steps[0].wait` is a duration such as `30m`'],
    ['a wait over 30 days', book('', steps.replace('kind: ask', 'kind: ask, wait: 31d')), 'p:7:33 `31d` is longer than 30 days'],
    ['a reminder after the end', book('', steps.replace('kind: ask', 'kind: ask, wait: 1h, reminders: [30m, 2h]')), 'the reminder after `2h` comes when the wait of `1h` is over'],
    ['mode auto', book('').replace('mode: ask', 'mode: auto'), 'p:5:7 mode `auto` needs a standing approval'],
    ['changing in mode observe', book('').replace('mode: ask', 'mode: observe'), 'mode `observe` changes nothing'],
    ['an expression that is no CEL', book('triggers: [{ on: finding, when: "finding.severity in [" }]\n'), 'p:6:33 the expression cannot be read: at 1:18: found i'],
    ['an expression nested too deeply', book(`triggers: [{ on: finding, when: "${'('.repeat(500)}1${')'.repeat(500)}" }]\n`), 'p:6:33 the expression is nested more than 32 levels deep'],
    ['an alias', book('', `steps:\n  - &a { id: ask, kind: ask }\n  - *a\n`), 'p:8:5 refers to `*a`: aliases are not allowed'],
    ['a script for a value', book('').replace('title: A', 'title: !!js/function "x"'), 'p:3:8'],
  ])('%s', (_what, text, expected) => {
    expect(problemsIn(text)).toContain(expected)
  })

  test('everything that is wrong with it at once, in the order of the file', () => {
    const found = problemsIn(book('triggers: [{ on: finding, detection: [nothing-like-it] }]\n', 'steps:\n  - { id: x, kind: verify }\n  - { id: x, kind: apply }\n')).split('\n')
    expect(found.map((line) => line.split(' ')[0])).toEqual(['p:6:39', 'p:8:20', 'p:9:11', 'p:9:20'])
  })
})

test('no cut or doubled line of a playbook crashes the check', () => {
  const text = readFileSync('playbooks/fix-with-approval.yaml', 'utf8')
  for (let end = 0; end < text.length; end += 3) expect(problemsIn(text.slice(0, end))).not.toContain('    at ')
  const lines = text.split('\n')
  for (const index of lines.keys()) expect(problemsIn(lines.toSpliced(index, 0, lines[index] ?? '').join('\n'))).not.toContain('    at ')
})
