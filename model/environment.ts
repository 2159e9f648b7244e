import { z } from 'zod'

const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is lower-case letters, digits and hyphens, starting with a letter')
const accountId = z.string().regex(/^[0-9]{12}$/, 'is an AWS account id of 12 digits in quotes')
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'is a GUID')
const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/, 'is the ARN of an IAM role')
/** Only for sovereign clouds; left out = the public one. */
const https = z.url({ protocol: /^https$/, error: 'is an https address without a path, such as `https://management.usgovcloudapi.net`' }).transform((url) => url.replace(/\/+$/, ''))
const azureEndpoints = z.strictObject({ resourceManager: https, graph: https, authority: https })
const common = { name, enabled: z.boolean().default(true), schedule: z.string().regex(/^[1-9][0-9]{0,3}(m|h|d)$/, 'is an interval such as `30m`, `6h` or `1d`').default('6h') }

/** Only http on loopback: elsewhere credentials would travel in clear. */
const endpoint = z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname), 'is an https address (http only on loopback)')
const serviceAccount = z.email('is the e-mail of a service account').refine((email) => email.endsWith('.gserviceaccount.com'), 'is the e-mail of a service account')
/** Whom reading and writing act as; without an executor service account nothing is written. */
const gcpIdentities = { serviceAccount: serviceAccount.optional(), executorServiceAccount: serviceAccount.optional() }
/** Where Google's APIs are when not at their own addresses (Private Service Connect, an emulator). */
const gcpEndpoints = z.strictObject({ cloudResourceManager: endpoint.optional(), iam: endpoint.optional(), cloudAsset: endpoint.optional(), cloudIdentity: endpoint.optional(), iamCredentials: endpoint.optional() }).optional()

export const environmentSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('sandbox') }),
  z.strictObject({ ...common, kind: z.literal('directory'), path: z.string().min(1) }),
  z.strictObject({ ...common, kind: z.literal('aws-account'), account: accountId, roleArn: roleArn.optional(), externalId: z.string().min(2).optional(), executorRoleArn: roleArn.optional(), region: z.string().default('us-east-1') }),
  z.strictObject({ ...common, kind: z.literal('aws-organization'), managementAccount: accountId, roleArn: roleArn.optional(), memberRoleName: z.string().min(1), externalId: z.string().min(2).optional(), executorRoleName: z.string().min(1).optional(), region: z.string().default('us-east-1') }),
  z.strictObject({ ...common, kind: z.literal('azure-tenant'), tenantId: uuid, subscriptions: z.array(uuid).optional(), endpoints: azureEndpoints.optional() }),
  z.strictObject({ ...common, kind: z.literal('gcp-organization'), organization: z.string().regex(/^[0-9]+$/, 'is the organization number in quotes'), ...gcpIdentities, endpoints: gcpEndpoints }),
  z.strictObject({ ...common, kind: z.literal('gcp-project'), project: z.string().min(6), ...gcpIdentities, endpoints: gcpEndpoints }),
])
export type Environment = z.infer<typeof environmentSchema>
export type EnvironmentKind = Environment['kind']
