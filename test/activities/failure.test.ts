import { ApplicationFailure } from '@temporalio/common'
import { expect, test } from 'vitest'
import { failureOf, translated } from '../../activities/failure.ts'
import { WhittleError } from '../../model/error.ts'

const told = (cause: unknown) => {
  const failure = failureOf(cause)
  if (!(failure instanceof ApplicationFailure)) throw new Error('expected an ApplicationFailure')
  return { type: failure.type, message: failure.message, isFinal: failure.nonRetryable, delay: failure.nextRetryDelay, cause: failure.cause }
}

test.each([
  ['a throttled call is tried again when the cloud said so', new WhittleError('cloud.throttled', 'slow down', { retryAfterSeconds: '7' }), { type: 'cloud.throttled', isFinal: false, delay: 7000 }],
  ['a wait of days becomes an hour', new WhittleError('cloud.throttled', 'slow down', { retryAfterSeconds: '900000' }), { isFinal: false, delay: 3_600_000 }],
  ['a refused call is not tried again', new WhittleError('cloud.access-denied', 'grant `iam:ListUsers`'), { type: 'cloud.access-denied', isFinal: true, delay: undefined, message: 'grant `iam:ListUsers`' }],
  ['a lost store is waited for', new WhittleError('store.unavailable', 'down'), { isFinal: false }],
  ['what nobody expected is tried again, by its first line alone', new Error('duplicate key\nDetail: Key (token)=(s3cret)'), { type: 'internal', isFinal: false, message: 'Error: duplicate key' }],
])('%s', (_sentence, cause, expected) => {
  expect(told(cause)).toMatchObject(expected)
})

test('no cause travels: it may hold what is secret', () => {
  expect(told(new WhittleError('internal', 'x', {}, new Error('s3cret'))).cause).toBeUndefined()
})

test('an activity’s answer is untouched, its failure translated once', async () => {
  const original = ApplicationFailure.nonRetryable('kept', 'kept')
  const activities = translated({ answers: (input: number) => Promise.resolve(input + 1), fails: () => Promise.reject(new WhittleError('plan.not-found', 'gone')), failed: () => Promise.reject(original) })
  expect(await activities.answers(1)).toBe(2)
  await expect(activities.fails()).rejects.toMatchObject({ type: 'plan.not-found', nonRetryable: true })
  await expect(activities.failed()).rejects.toBe(original)
})
