import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jiraClient } from '../../integrations/jira/client.ts'
import { commentDocument, remoteLinkOf, riskLabel, ticketFields } from '../../integrations/jira/render.ts'
import { findingOf } from '../builders/card.ts'
import { jiraEmail, jiraToken, type JiraStub, startJiraStub } from './jira/stub.ts'

let stub: JiraStub
beforeAll(async () => { stub = await startJiraStub() })
afterAll(() => stub.close())
const python = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'whittle', 'venv-jira', 'bin', 'python')

/** What a client that we did not write sees, and does, on the stub. */
async function secondClient(label: string): Promise<unknown> {
  if (!existsSync(python)) throw new Error('the Python client of Jira is missing: run `bash test/peers/install.sh`')
  const { stdout } = await promisify(execFile)(python, [new URL('./jira/second_client.py', import.meta.url).pathname, stub.url, jiraEmail, jiraToken, label], { timeout: 50_000 })
  return JSON.parse(stdout)
}

test('a client that we did not write reads what Whittle wrote and works on it, and Whittle reads that back', async () => {
  const jira = jiraClient({ host: stub.url, email: jiraEmail, apiToken: jiraToken, project: 'SEC' })
  const finding = findingOf()
  const { id, key } = await jira.create(ticketFields(finding, { project: 'SEC', issueType: 'Task', labels: ['iam'], priorities: {}, publicUrl: 'https://whittle.example.com' }))
  await jira.setLink(id, remoteLinkOf(finding.id, 'https://whittle.example.com'))
  await jira.comment(id, commentDocument('opened by Whittle', '0123456789ab'))
  expect(await secondClient(riskLabel(finding.id))).toEqual({
    myself: 'Whittle', count: 1, key, summary: `${finding.title}: ${String(finding.principal)}`, priority: 'High', labels: ['whittle', 'iam', riskLabel(finding.id)],
    links: [[`https://whittle.example.com/risks/${finding.id}`, `whittle=${finding.id}`]], moves: [['Start', 'In Progress'], ['Refuse', "Won't Do"]], refused: expect.any(String), missing: 404,
    status: 'In Progress', category: 'indeterminate', comments: 2,
  })
  expect(await jira.issue(id)).toMatchObject({ status: 'In Progress', category: 'indeterminate', assignee: null })
  expect((await jira.comments(id)).map((comment) => comment.text)).toEqual(['opened by Whittle\nwhittle ref 0123456789ab', 'seen by a second client'])
})
