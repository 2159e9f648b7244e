import { z } from 'zod'
import type { Change, ChangeDriver } from '../../model/change.ts'
import { WhittleError } from '../../model/error.ts'
import type { Instant } from '../../model/instant.ts'
import { type AccessKeyState, type AccessKeyTarget, accessKeyState, parseAccessKeyTarget } from '../aws/change/access-key.ts'
import { encodeArgument, type EstateDirectory, readEstateDirectory, writeAnswer } from '../estate-directory.ts'
import { editReport, reportCell } from './credential-report.ts'

const keysSchema = z.looseObject({ AccessKeyMetadata: z.array(z.looseObject({ AccessKeyId: z.string(), Status: z.enum(['Active', 'Inactive']), CreateDate: z.string() })) })
const usersSchema = z.looseObject({ UserDetailList: z.array(z.looseObject({ Arn: z.string(), UserId: z.string() })) })
const reportSchema = z.looseObject({ Content: z.string() })

/** Changes the status of access keys in the files of an estate directory as AWS would: in the list of the user's keys and in the credential report. `now` dates what is written. */
export function awsAccessKeyOnFiles(dir: string, now: () => Instant): ChangeDriver {
  return {
    read: (target) => Promise.resolve().then(() => readKey(readEstateDirectory(dir), parseAccessKeyTarget(target))),
    write: (change) => Promise.resolve().then(() => { writeKey(dir, change, now()) }),
  }
}

const folderOf = ({ account }: AccessKeyTarget): string => `aws/${account}/global/iam`
const listOf = (target: AccessKeyTarget): string => `${folderOf(target)}/list-access-keys/${encodeArgument(target.userName)}`

/** Null where the user or the key is not there. */
function readKey(source: EstateDirectory, target: AccessKeyTarget): AccessKeyState | null {
  const user = pageOf(source, `${folderOf(target)}/get-account-authorization-details`, usersSchema)?.UserDetailList.find(({ Arn }) => Arn === target.userArn)
  const key = pageOf(source, listOf(target), keysSchema)?.AccessKeyMetadata.find(({ AccessKeyId }) => AccessKeyId === target.keyId)
  return user === undefined || key === undefined ? null : { status: key.Status, userId: user.UserId }
}

function writeKey(dir: string, { target: name, before, after }: Change, at: Instant): void {
  const target = parseAccessKeyTarget(name)
  const wanted = accessKeyState(after)
  const source = readEstateDirectory(dir)
  const found = readKey(source, target)
  const list = pageOf(source, listOf(target), keysSchema)
  if (wanted === null || found === null || list === null) throw new WhittleError('cloud.not-found', `there is no access key \`${target.keyId}\` of \`${target.userArn}\`; scan again`)
  if (found.status !== wanted.status && found.status !== accessKeyState(before)?.status) throw new WhittleError('cloud.conflict', `access key \`${target.keyId}\` changed meanwhile; propose the change again`)
  const index = list.AccessKeyMetadata.findIndex(({ AccessKeyId }) => AccessKeyId === target.keyId)
  const put = (path: string, page: unknown): void => { writeAnswer(dir, path, { kind: 'present', pages: [page], isComplete: true, observedAt: at }) }
  // INVARIANT: the list is what `read` reads, so it is written last; killed in between, the key reads as not yet changed and is written again
  const reportPath = `${folderOf(target)}/get-credential-report`
  const report = pageOf(source, reportPath, reportSchema)
  if (report !== null) {
    const slot = slotOf(report.Content, target.userName, list.AccessKeyMetadata[index]?.CreateDate ?? '', index)
    put(reportPath, { ...report, Content: editReport(report.Content, target.userName, `access_key_${slot}_active`, String(wanted.status === 'Active')) })
  }
  put(listOf(target), { ...list, AccessKeyMetadata: list.AccessKeyMetadata.map((key, place) => (place === index ? { ...key, Status: wanted.status } : key)) })
}

/** The report has slots and no ids: a key is in the slot that was made when it was. */
function slotOf(content: string, user: string, createdAt: string, index: number): 1 | 2 {
  const isIn = (slot: 1 | 2): boolean => Date.parse(reportCell(content, user, `access_key_${slot}_last_rotated`) ?? '') === Date.parse(createdAt)
  if (isIn(1) !== isIn(2)) return isIn(1) ? 1 : 2
  return index === 0 ? 1 : 2
}

function pageOf<S extends z.ZodType>(source: EstateDirectory, path: string, schema: S): z.output<S> | null {
  const answer = source.read(path)
  if (answer.kind === 'not-exported') return null
  const parsed = answer.kind === 'present' && answer.isComplete && answer.pages.length === 1 ? schema.safeParse(answer.pages[0]) : null
  if (parsed?.success !== true) throw new WhittleError('estate.unreadable', `\`${path}\` cannot be read whole; render the estate again`)
  return parsed.data
}
