import type { ChangeKind } from './change.ts'
import type { Estate } from './estate.ts'
import type { Finding } from './finding.ts'
import type { JsonObject } from './json.ts'
import type { Draft } from './plan.ts'
import type { Result } from './result.ts'

/** One fix: Finding × Estate → the changes that would do it, or the reason why it cannot (in words for people, with what to do). Pure. */
export type Remediation = {
  readonly id: string
  readonly title: string
  /** What a person loses or must do afterwards. */
  readonly effect: string
  readonly kinds: readonly ChangeKind[]
  readonly propose: (finding: Finding, estate: Estate, options: JsonObject) => Result<Draft, string>
}
