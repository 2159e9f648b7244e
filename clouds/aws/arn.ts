/** The parts of an Amazon Resource Name; `resource` keeps everything behind the fifth colon. */
export type Arn = { readonly partition: string; readonly service: string; readonly region: string; readonly account: string; readonly resource: string }

/** The parts of `text`; null where it is no ARN. Printing what was parsed gives the same text. */
export function parseArn(text: string): Arn | null {
  const [prefix, partition, service, region, account, ...rest] = text.split(':')
  if (prefix !== 'arn' || partition === undefined || service === undefined || region === undefined || account === undefined || rest.length === 0) return null
  return partition === '' || service === '' ? null : { partition, service, region, account, resource: rest.join(':') }
}

export const printArn = (arn: Arn): string => ['arn', arn.partition, arn.service, arn.region, arn.account, arn.resource].join(':')

/** The twelve digits of the account that the ARN names; null where it names none. */
export function accountOfArn(text: string): string | null {
  const account = parseArn(text)?.account
  return account !== undefined && /^\d{12}$/.test(account) ? account : null
}

/** The last segment of an IAM name: `arn:aws:iam::…:user/team/alice` → `alice`. */
export const nameOfArn = (text: string): string => (parseArn(text)?.resource ?? text).split('/').at(-1) ?? text

/** Managed policies of AWS itself have `aws` in the place of the account. */
export const isAwsManagedPolicy = (arn: string): boolean => parseArn(arn)?.account === 'aws'

/** A service-linked role: only the service changes it, and its permissions are the service's. */
export const isServiceLinkedRole = (arn: string): boolean => parseArn(arn)?.resource.startsWith('role/aws-service-role/') ?? false
