import type { AnswerKind, AnswerSource, Problem } from '../model/answer.ts'
import type { Estate } from '../model/estate.ts'
import { awsAnswerKinds, interpretAws, principalsOfAws } from './aws/collect/index.ts'
import { azureAnswerKinds, interpretAzure, principalsOfAzure } from './azure/collect/index.ts'
import { gcpAnswerKinds, interpretGcp, principalsOfGcp } from './gcp/collect/index.ts'

/** A source as `readEstateDirectory` gives it; a live one has no label and no broken files. */
export type EstateSource = AnswerSource & { readonly label?: string | null; readonly problems?: readonly Problem[] }

/** Every kind of answer that is read, over all clouds: docs/estate.md and docs/permissions.md are made of these. */
export const answerKinds: readonly AnswerKind[] = [...awsAnswerKinds, ...azureAnswerKinds, ...gcpAnswerKinds]

/** Everything that `source` answers, over all clouds. Pure: the same answers give the same estate, from files or live. */
export function interpretEstate(source: EstateSource): Estate {
  const aws = interpretAws(source)
  const azure = interpretAzure(source)
  const gcp = interpretGcp(source)
  return {
    asOf: source.asOf, label: source.label ?? null, aws: aws.value, azure: azure.value, gcp: gcp.value,
    principals: [...principalsOfAws(aws.value), ...principalsOfAzure(azure.value), ...principalsOfGcp(gcp.value)],
    unread: [...aws.unread, ...azure.unread, ...gcp.unread], problems: [...(source.problems ?? []), ...aws.problems, ...azure.problems, ...gcp.problems],
  }
}
