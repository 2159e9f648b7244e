import { accountOfArn } from '../clouds/aws/arn.ts'
import { namesAction } from '../clouds/aws/evaluate/action-set.ts'
import type { AwsEstate, AwsPolicyDocument, AwsStatement } from '../model/aws.ts'

/**
 * Which accounts a trust policy lets assume its role by `sts:AssumeRole`.
 * Covers: AWS principals of every form, `*`, `NotPrincipal`, conditions on external id, organization, account and ARN of the caller, denies without the external id.
 * Does not cover: services and identity providers; other conditions are named, not evaluated.
 */
export type TrustedAccount = {
  /** Twelve digits, or `*`: anybody. */
  readonly account: string
  readonly statement: string
  readonly needsExternalId: boolean
  /** Accounts that conditions leave over; null where they name none. */
  readonly onlyAccounts: readonly string[] | null
  readonly onlyOrganizations: readonly string[] | null
  /** Conditions that may stand in the way, by key. */
  readonly otherConditions: readonly string[]
}

const ASSUME = 'sts:AssumeRole'
const positive = /^(ForAnyValue:)?(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like))$/i
const negative = /^String(NotEquals|NotLike|NotEqualsIgnoreCase)(IfExists)?$/i
const read: ReadonlySet<string> = new Set(['sts:externalid', 'aws:principalorgid', 'aws:principalaccount', 'aws:principalarn'])

export function trustedAccounts(trust: AwsPolicyDocument): readonly TrustedAccount[] {
  const statements = trust.statements.filter((statement) => namesAction(statement.actions, ASSUME))
  // because AWS refuses whoever brings another external id, or none, when such a deny speaks of everybody
  const isGuarded = statements.some((statement) => statement.effect === 'Deny' && isAnybody(statement) && statement.conditions.length === 1 &&
    statement.conditions.every(({ operator, key, values }) => negative.test(operator) && key.toLowerCase() === 'sts:externalid' && isSecretive(values)))
  return statements.filter(({ effect }) => effect === 'Allow').flatMap((statement) => accountsOf(statement).map((account): TrustedAccount => {
    const valuesOf = (key: string): readonly string[] | null => statement.conditions.find((one) => one.key.toLowerCase() === key && positive.test(one.operator))?.values ?? null
    const arns = valuesOf('aws:principalarn')?.map((arn) => accountOfArn(arn) ?? '*') ?? null
    return {
      account, statement: statement.sid ?? String(statement.index), needsExternalId: isGuarded || isSecretive(valuesOf('sts:externalid') ?? []),
      onlyAccounts: valuesOf('aws:principalaccount') ?? arns, onlyOrganizations: valuesOf('aws:principalorgid'),
      otherConditions: statement.conditions.filter(({ key, operator }) => !read.has(key.toLowerCase()) || !positive.test(operator)).map(({ key }) => key),
    }
  }))
}

/** True where the values ask for a certain external id: none that is empty or fits everything. */
const isSecretive = (values: readonly string[]): boolean => values.length > 0 && values.every((value) => /[^*?]/.test(value))
const isAnybody = ({ principals }: AwsStatement): boolean => principals !== null && !principals.isNot && principals.values.some(({ kind }) => kind === 'any')

function accountsOf({ principals }: AwsStatement): readonly string[] {
  if (principals === null) return []
  if (principals.isNot) return ['*']
  return [...new Set(principals.values.flatMap(({ kind, id }) => {
    if (kind === 'any') return ['*']
    const account = /^\d{12}$/.test(id) ? id : accountOfArn(id)
    return kind === 'AWS' && account !== null ? [account] : []
  }))]
}

/** The accounts that are ours: those of the estate and of the organization. `isSure` is false where the organization was not wholly read. */
export function ownAccounts(estate: AwsEstate): { readonly ids: ReadonlySet<string>; readonly isSure: boolean } {
  const { organization } = estate
  const members = organization.kind === 'present' ? [organization.value.managementAccountId, ...organization.value.accounts.values.map(({ id }) => id)] : []
  const isSure = organization.kind === 'absent' || (organization.kind === 'present' && organization.value.accounts.gaps.length === 0)
  return { ids: new Set([...estate.accounts.map(({ id }) => id), ...members]), isSure }
}
