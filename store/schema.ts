import { sql } from 'drizzle-orm'
import { bigint, bigserial, boolean, index, integer, pgTable, primaryKey, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { authStrengths, decisions, roles } from '../model/approval.ts'
import { clouds } from '../model/cloud.ts'
import { severities } from '../model/detection.ts'
import { findingStates } from '../model/finding.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { planStates } from '../model/plan.ts'
import { runStates } from '../model/playbook.ts'
import { ticketStates } from '../model/ticket.ts'
import { bytesColumn, instantColumn, jsonColumn, textColumn } from './columns.ts'

// Every table starts with the tenant: row-level security compares it with the transaction's (migrations/0001_security.sql).
const tenantId = () => text('tenant_id').notNull()
const at = (name: string) => instantColumn(name)

export const users = pgTable('users', {
  tenantId: tenantId(), id: text().notNull(), name: text().notNull(), role: text({ enum: roles }).notNull(), isActive: boolean('is_active').notNull().default(true),
  subject: text().notNull(), identities: jsonColumn<readonly string[]>().notNull().default([]), createdAt: at('created_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex().on(t.tenantId, t.name), uniqueIndex().on(t.tenantId, t.subject)])

export const signInLinks = pgTable('sign_in_links', {
  tenantId: tenantId(), tokenHash: text('token_hash').notNull(), userId: text('user_id').notNull(), expiresAt: at('expires_at').notNull(), usedAt: at('used_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.tokenHash] })])

export const sessions = pgTable('sessions', {
  tenantId: tenantId(), tokenHash: text('token_hash').notNull(), userId: text('user_id').notNull(), createdAt: at('created_at').notNull().default(sql`now()`),
  lastSeenAt: at('last_seen_at').notNull().default(sql`now()`), expiresAt: at('expires_at').notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.tokenHash] })])

export const personalTokens = pgTable('personal_tokens', {
  tenantId: tenantId(), id: text().notNull(), userId: text('user_id').notNull(), label: text().notNull(), tokenHash: text('token_hash').notNull(), scopes: jsonColumn<readonly string[]>().notNull(),
  createdAt: at('created_at').notNull().default(sql`now()`), expiresAt: at('expires_at').notNull(), revokedAt: at('revoked_at'), lastUsedAt: at('last_used_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex().on(t.tenantId, t.tokenHash)])

export const environments = pgTable('environments', {
  tenantId: tenantId(), name: text().notNull(), kind: text().notNull(), settings: jsonColumn<JsonObject>().notNull(), isEnabled: boolean('is_enabled').notNull(), updatedAt: at('updated_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.name] })])

/** An account belongs to at most one enabled environment: the key says so. */
export const environmentAccounts = pgTable('environment_accounts', {
  tenantId: tenantId(), cloud: text({ enum: clouds }).notNull(), account: textColumn().notNull(), environment: text().notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.cloud, t.account] })])

export const scans = pgTable('scans', {
  tenantId: tenantId(), id: text().notNull(), environment: text().notNull(), state: text({ enum: ['running', 'complete', 'partial', 'failed', 'cancelled'] }).notNull(), requestedBy: text('requested_by'),
  startedAt: at('started_at').notNull().default(sql`now()`), finishedAt: at('finished_at'), reason: textColumn(), isCancelRequested: boolean('is_cancel_requested').notNull().default(false),
  report: jsonColumn<JsonObject>().notNull().default({}),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index().on(t.tenantId, t.environment, t.id)])

export const scanAccounts = pgTable('scan_accounts', {
  tenantId: tenantId(), scanId: text('scan_id').notNull(), cloud: text({ enum: clouds }).notNull(), account: textColumn().notNull(), state: text({ enum: ['waiting', 'running', 'complete', 'partial', 'failed', 'cancelled'] }).notNull(),
  answersRead: integer('answers_read').notNull().default(0), answersExpected: integer('answers_expected'), reason: textColumn(), updatedAt: at('updated_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.scanId, t.cloud, t.account] })])

/** The estate as answers (model/answer.ts), one row per page, rewritten only when its content differs. */
export const answers = pgTable('answers', {
  tenantId: tenantId(), environment: text().notNull(), path: text().notNull(), page: integer().notNull(), kind: text({ enum: ['present', 'error', 'broken'] }).notNull(), isComplete: boolean('is_complete').notNull(),
  code: textColumn(), message: textColumn(), content: bytesColumn('content'), contentHash: text('content_hash').notNull(), observedAt: at('observed_at').notNull(), scanId: text('scan_id').notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.environment, t.path, t.page] })])

export const findings = pgTable('findings', {
  tenantId: tenantId(), id: text().notNull(), environment: text().notNull(), detection: text().notNull(), title: textColumn().notNull(), severity: text({ enum: severities }).notNull(), rank: smallint().notNull(),
  likelihood: smallint().notNull(), impact: smallint().notNull(), certainty: text({ enum: ['certain', 'assumed', 'conditional'] }).notNull(), cloud: text({ enum: clouds }).notNull(), account: textColumn().notNull(),
  principal: textColumn(), resource: textColumn(), summary: textColumn().notNull(), evidence: jsonColumn<JsonObject>().notNull(), paths: jsonColumn<readonly JsonObject[]>().notNull(), fixes: jsonColumn<readonly string[]>().notNull(),
  state: text({ enum: findingStates }).notNull(), stateReason: textColumn('state_reason'), mutedUntil: at('muted_until'), isStale: boolean('is_stale').notNull().default(false), unknownReason: textColumn('unknown_reason'),
  firstSeenAt: at('first_seen_at').notNull(), lastSeenAt: at('last_seen_at').notNull(), observedAt: at('observed_at').notNull(), reopenedCount: integer('reopened_count').notNull().default(0), searchText: textColumn('search_text').notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index().on(t.tenantId, t.state, t.rank, t.id), index().on(t.tenantId, t.environment)])

export const timeline = pgTable('timeline', {
  tenantId: tenantId(), id: bigserial({ mode: 'number' }).notNull(), subject: text().notNull(), at: at('at').notNull().default(sql`now()`), kind: text().notNull(), actor: text(), summary: textColumn().notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index().on(t.tenantId, t.subject, t.id)])

export const plans = pgTable('plans', {
  tenantId: tenantId(), id: text().notNull(), digest: text().notNull(), canonical: text().notNull(), state: text({ enum: planStates }).notNull(), stateReason: textColumn('state_reason'), environment: text().notNull(), cloud: text({ enum: clouds }).notNull(),
  account: textColumn().notNull(), title: textColumn().notNull(), tier: text({ enum: ['low', 'medium', 'high'] }).notNull(), requesterUserId: text('requester_user_id'), findingId: text('finding_id'), runId: text('run_id'),
  createdAt: at('created_at').notNull(), notAfter: at('not_after').notNull(), rollbackNotAfter: at('rollback_not_after').notNull(), updatedAt: at('updated_at').notNull().default(sql`now()`),
  undoRequestedBy: text('undo_requested_by'), undoReason: textColumn('undo_reason'), undoRequestedAt: at('undo_requested_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex().on(t.tenantId, t.digest), index().on(t.tenantId, t.state, t.id), index().on(t.tenantId, t.findingId)])

/** One live plan per target: the partial unique index refuses the second. */
export const planTargets = pgTable('plan_targets', {
  tenantId: tenantId(), planId: text('plan_id').notNull(), environment: text().notNull(), target: textColumn().notNull(), isLive: boolean('is_live').notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.planId, t.target] }), uniqueIndex('one_live_plan_per_target').on(t.tenantId, t.environment, t.target).where(sql`is_live`)])

export const planSteps = pgTable('plan_steps', {
  tenantId: tenantId(), planId: text('plan_id').notNull(), direction: text({ enum: ['forward', 'inverse'] }).notNull(), step: integer().notNull(), state: text({ enum: ['intent', 'done', 'not-done', 'unknown'] }).notNull(),
  fencing: bigint({ mode: 'number' }).notNull(), before: jsonColumn<Json>(), intentAt: at('intent_at').notNull().default(sql`now()`), resultAt: at('result_at'), detail: textColumn(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.planId, t.direction, t.step] })])

export const approvals = pgTable('approvals', {
  tenantId: tenantId(), id: text().notNull(), planId: text('plan_id').notNull(), userId: text('user_id').notNull(), decision: text({ enum: decisions }).notNull(), authStrength: text('auth_strength', { enum: authStrengths }).notNull(),
  reason: textColumn().notNull(), jws: text().notNull(), decidedAt: at('decided_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex().on(t.tenantId, t.planId, t.userId)])

export const approvalRevocations = pgTable('approval_revocations', {
  tenantId: tenantId(), approvalId: text('approval_id').notNull(), revokedBy: text('revoked_by').notNull(), reason: textColumn().notNull(), revokedAt: at('revoked_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.approvalId] })])

/** Minted once per rendered button or form; a user may use each once. */
export const nonces = pgTable('nonces', {
  tenantId: tenantId(), nonce: text().notNull(), planId: text('plan_id').notNull(), digest: text().notNull(), createdAt: at('created_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.nonce] })])
export const nonceUses = pgTable('nonce_uses', {
  tenantId: tenantId(), nonce: text().notNull(), userId: text('user_id').notNull(), purpose: text({ enum: ['decide', 'undo'] }).notNull(), usedAt: at('used_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.nonce, t.userId] })])

/** An approval set is spent by one forward and one inverse execution. */
export const spends = pgTable('spends', {
  tenantId: tenantId(), planId: text('plan_id').notNull(), direction: text({ enum: ['forward', 'inverse'] }).notNull(), executionId: text('execution_id').notNull(), spentAt: at('spent_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.planId, t.direction] })])

export const targetLocks = pgTable('target_locks', {
  tenantId: tenantId(), environment: text().notNull(), target: textColumn().notNull(), fencing: bigint({ mode: 'number' }).notNull(), holder: text(), heldUntil: at('held_until').notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.environment, t.target] })])

export const writes = pgTable('writes', {
  tenantId: tenantId(), planId: text('plan_id').notNull(), direction: text({ enum: ['forward', 'inverse'] }).notNull(), step: integer().notNull(), account: textColumn().notNull(), target: textColumn().notNull(), isCounted: boolean('is_counted').notNull(), writtenAt: at('written_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.planId, t.direction, t.step] }), index().on(t.tenantId, t.account, t.writtenAt)])

export const switches = pgTable('switches', {
  tenantId: tenantId(), isKillSwitchOn: boolean('is_kill_switch_on').notNull(), setBy: text('set_by').notNull(), reason: textColumn().notNull(), setAt: at('set_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId] })])

/** Insert-only hash chain (kernel/audit.ts). `body` is the canonical JSON that was hashed. */
export const auditRows = pgTable('audit_rows', {
  tenantId: tenantId(), seq: bigint({ mode: 'number' }).notNull(), body: text().notNull(), previous: text().notNull(), hash: text().notNull(),
}, (t) => [primaryKey({ columns: [t.tenantId, t.seq] })])

/** The outbox: Slack, Jira and Temporal nudges, delivered at least once, named by a key that is used once. */
export const messages = pgTable('messages', {
  tenantId: tenantId(), id: bigserial({ mode: 'number' }).notNull(), kind: text().notNull(), key: text().notNull(), payload: jsonColumn<JsonObject>().notNull(), state: text({ enum: ['queued', 'delivered', 'skipped', 'quarantined'] }).notNull().default('queued'),
  attempts: integer().notNull().default(0), failures: integer().notNull().default(0), notBefore: at('not_before').notNull().default(sql`now()`), leasedUntil: at('leased_until'), error: textColumn(), createdAt: at('created_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), uniqueIndex().on(t.tenantId, t.key), index().on(t.tenantId, t.state, t.notBefore)])

export const tickets = pgTable('tickets', {
  tenantId: tenantId(), findingId: text('finding_id').notNull(), system: text({ enum: ['jira'] }).notNull(), issueId: text('issue_id'), issueKey: text('issue_key'), url: text(), state: text({ enum: ticketStates }).notNull(), reason: textColumn(), intendedAt: at('intended_at'),
  status: textColumn(), statusCategory: text('status_category'), assignee: textColumn(), comments: jsonColumn<readonly JsonObject[]>().notNull().default([]), sent: jsonColumn<readonly string[]>().notNull().default([]), remoteUpdatedAt: text('remote_updated_at'), closedEpisode: integer('closed_episode').notNull().default(0), updatedAt: at('updated_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.system] }), index().on(t.tenantId, t.issueKey)])

export const slackCards = pgTable('slack_cards', {
  tenantId: tenantId(), planId: text('plan_id').notNull(), channel: text().notNull(), ts: text(), intendedAt: at('intended_at'), renderedState: text('rendered_state'), nonce: text(), updatedAt: at('updated_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.planId] })])
export const slackLinks = pgTable('slack_links', {
  tenantId: tenantId(), teamId: text('team_id').notNull(), slackUserId: text('slack_user_id').notNull(), slackName: textColumn('slack_name').notNull(), userId: text('user_id').notNull(), linkedAt: at('linked_at').notNull().default(sql`now()`),
}, (t) => [primaryKey({ columns: [t.tenantId, t.teamId, t.slackUserId] })])
export const slackLinkCodes = pgTable('slack_link_codes', {
  tenantId: tenantId(), codeHash: text('code_hash').notNull(), teamId: text('team_id').notNull(), teamName: textColumn('team_name').notNull(), slackUserId: text('slack_user_id').notNull(), slackName: textColumn('slack_name').notNull(), sessionHash: text('session_hash'), expiresAt: at('expires_at').notNull(), usedAt: at('used_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.codeHash] })])

export const runs = pgTable('runs', {
  tenantId: tenantId(), id: text().notNull(), playbookId: text('playbook_id').notNull(), digest: text().notNull(), playbook: jsonColumn<JsonObject>().notNull(), findingId: text('finding_id').notNull(), environment: text().notNull(), requestedBy: text('requested_by'),
  state: text({ enum: runStates }).notNull(), stateReason: textColumn('state_reason'), options: jsonColumn<JsonObject>().notNull().default({}), planId: text('plan_id'), createdAt: at('created_at').notNull().default(sql`now()`), endedAt: at('ended_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index().on(t.tenantId, t.findingId), index().on(t.tenantId, t.state, t.id)])
export const runSteps = pgTable('run_steps', {
  tenantId: tenantId(), runId: text('run_id').notNull(), step: integer().notNull(), stepId: text('step_id').notNull(), kind: text().notNull(), state: text({ enum: ['waiting', 'running', 'done', 'failed', 'skipped'] }).notNull(), detail: textColumn(), startedAt: at('started_at'), endedAt: at('ended_at'),
}, (t) => [primaryKey({ columns: [t.tenantId, t.runId, t.step] })])

/** Small values that outlive a process: poll cursors and the like. */
export const settings = pgTable('settings', { tenantId: tenantId(), key: text().notNull(), value: jsonColumn<Json>().notNull() }, (t) => [primaryKey({ columns: [t.tenantId, t.key] })])
