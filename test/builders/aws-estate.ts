import { interpretAws, principalsOfAws } from '../../clouds/aws/collect/index.ts'
import { noAzureEstate } from '../../model/azure.ts'
import type { Detection, Options } from '../../model/detection.ts'
import type { Estate } from '../../model/estate.ts'
import { noGcpEstate } from '../../model/gcp.ts'
import { arn, attach, details, document, iam, organizationAnswers, policyDetail, sourceOf, statement } from './aws-answers.ts'
import { now } from './clock.ts'

export const admin = 'arn:aws:iam::aws:policy/AdministratorAccess'
export const adminPolicy = policyDetail(admin, document(statement('Allow', '*')))
export const administrator = { AttachedManagedPolicies: attach(admin) }
export const noOrganization = { 'aws/organization/describe-organization': { kind: 'error', code: 'AWSOrganizationsNotInUseException', message: '', observedAt: now } }
export const gaad = `${iam}/get-account-authorization-details`
export { arn, organizationAnswers }

/** An estate of these answers; every account has AWS's own administrator policy in it. */
export function awsEstateOf(lists: Parameters<typeof details>[0], more: Record<string, unknown> = noOrganization): Estate {
  const { value, problems, unread } = interpretAws(sourceOf({ [gaad]: details({ ...lists, policies: [adminPolicy, ...(lists.policies ?? [])] }), ...more }))
  return { asOf: now, label: null, aws: value, azure: noAzureEstate, gcp: noGcpEstate, principals: principalsOfAws(value), unread, problems }
}
/** Judgements as `kind` or `kind certainty`, in the order of the subjects. */
export const kindsOf = (rule: Detection, estate: Estate, options?: Options): readonly string[] =>
  rule.run(estate, options).map(({ judgement }) => (judgement.kind === 'violation' ? `violation ${judgement.certainty}` : judgement.kind))
