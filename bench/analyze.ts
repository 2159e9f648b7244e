import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyze } from '../analysis/detect.ts'
import { readEstateDirectory } from '../clouds/estate-directory.ts'
import { interpretEstate } from '../clouds/index.ts'
import { renderSandbox } from '../clouds/sandbox/render.ts'
import { detections } from '../detections/index.ts'
import { instant } from '../model/instant.ts'
import { milliseconds, printTable, quantile } from './table.ts'

// npm run bench -- analyze: reading, interpreting and judging an estate, end to end, in one process on one core.
const runs = 7
const folder = mkdtempSync(join(tmpdir(), 'whittle-bench-'))
try {
  const sandbox = join(folder, 'sandbox')
  renderSandbox(sandbox, instant('2026-11-20T00:00:00Z'))
  const rows = [measure('sandbox', sandbox), ...[1000, 10_000].map((count) => measure(`${count} generated AWS identities`, generate(join(folder, String(count)), count)))]
  printTable(`whittle analyze, median and worst of ${runs} runs`, ['estate', 'principals', 'findings', 'read', 'interpret', 'judge', 'whole', 'worst', 'principals/s'], rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function measure(name: string, path: string): string[] {
  const times = { read: new Array<number>(), interpret: new Array<number>(), judge: new Array<number>(), whole: new Array<number>() }
  let principals = 0
  let findings = 0
  for (let run = 0; run < runs; run += 1) {
    const from = performance.now()
    const source = readEstateDirectory(path)
    const read = performance.now()
    const estate = interpretEstate(source)
    const interpreted = performance.now()
    findings = analyze(estate, detections).findings.length
    const judged = performance.now()
    principals = estate.principals.length
    times.read.push(read - from); times.interpret.push(interpreted - read); times.judge.push(judged - interpreted); times.whole.push(judged - from)
  }
  const median = (samples: readonly number[]): string => milliseconds(quantile(samples, 0.5))
  return [name, String(principals), String(findings), median(times.read), median(times.interpret), median(times.judge), median(times.whole), milliseconds(quantile(times.whole, 1)), Math.round(principals / (quantile(times.whole, 0.5) / 1000)).toLocaleString('en')]
}

/** One account whose users and roles each have an inline policy of their own, every tenth an attached administrator policy, every seventh a boundary. */
function generate(path: string, count: number): string {
  const account = '100000000042'
  const document = (index: number) => ({ Version: '2012-10-17', Statement: [{ Sid: 'Own', Effect: 'Allow', Action: ['s3:Get*', 's3:List*', 'sqs:Send*'], Resource: [`arn:aws:s3:::bucket-${index % 97}/*`] }, { Effect: index % 5 === 1 ? 'Deny' : 'Allow', Action: 'dynamodb:*', Resource: '*' }] })
  const administrator = { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
  const boundary = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: `arn:aws:iam::${account}:policy/boundary` }
  const common = (index: number) => ({ CreateDate: '2025-01-01T00:00:00Z', AttachedManagedPolicies: index % 10 === 0 ? [administrator] : [], ...(index % 7 === 0 ? { PermissionsBoundary: boundary } : {}) })
  const half = Math.floor(count / 2)
  const users = Array.from({ length: half }, (_, index) => ({ Path: '/', UserName: `user-${index}`, UserId: `AIDA${String(index).padStart(16, '0')}`, Arn: `arn:aws:iam::${account}:user/user-${index}`, GroupList: [], Tags: [], UserPolicyList: [{ PolicyName: 'own', PolicyDocument: document(index) }], ...common(index) }))
  const roles = Array.from({ length: count - half }, (_, index) => ({
    Path: '/', RoleName: `role-${index}`, RoleId: `AROA${String(index).padStart(16, '0')}`, Arn: `arn:aws:iam::${account}:role/role-${index}`, InstanceProfileList: [], Tags: [], RoleLastUsed: { LastUsedDate: '2026-10-01T00:00:00Z', Region: 'us-east-1' },
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: index % 20 === 0 ? { AWS: 'arn:aws:iam::100000000099:root' } : { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] },
    RolePolicyList: [{ PolicyName: 'own', PolicyDocument: document(index) }], ...common(index),
  }))
  const policy = (name: string, arn: string, statement: object) => ({ PolicyName: name, PolicyId: `ANPA${name}`, Arn: arn, Path: '/', DefaultVersionId: 'v1', AttachmentCount: 1, IsAttachable: true, CreateDate: '2025-01-01T00:00:00Z', UpdateDate: '2025-01-01T00:00:00Z', PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: '2025-01-01T00:00:00Z', Document: { Version: '2012-10-17', Statement: [statement] } }] })
  const answer = { UserDetailList: users, GroupDetailList: [], RoleDetailList: roles, Policies: [policy('AdministratorAccess', administrator.PolicyArn, { Effect: 'Allow', Action: '*', Resource: '*' }), policy('boundary', boundary.PermissionsBoundaryArn, { Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' })], IsTruncated: false }
  const iam = join(path, 'aws', account, 'global', 'iam')
  mkdirSync(iam, { recursive: true })
  writeFileSync(join(iam, 'get-account-authorization-details.json'), JSON.stringify(answer))
  return path
}
