import { z } from 'zod'
import { rejectModal } from '../integrations/slack/render.ts'

/** The parts of Slack's interactivity payloads that Whittle reads. @see https://docs.slack.dev/reference/interaction-payloads */
const id = z.string().regex(/^[A-Z0-9]{2,30}$/)
const common = {
  team: z.object({ id, domain: z.string().max(200).default('') }), user: z.object({ id, team_id: id.optional() }),
  enterprise: z.object({ id }).nullish(), is_enterprise_install: z.boolean().default(false),
}
export const clickSchema = z.object({
  ...common, type: z.literal('block_actions'), trigger_id: z.string().max(200).default(''), channel: z.object({ id }), container: z.object({ message_ts: z.string().regex(/^[0-9]{1,20}\.[0-9]{1,10}$/) }),
  actions: z.array(z.object({ action_id: z.string().max(255), value: z.string().max(2000).default('') })).length(1),
})
export const submissionSchema = z.object({
  ...common, type: z.literal('view_submission'),
  view: z.object({
    callback_id: z.literal(rejectModal.callback), private_metadata: z.string().max(3000),
    state: z.object({ values: z.object({ [rejectModal.block]: z.object({ [rejectModal.input]: z.object({ value: z.string().trim().min(1).max(500).nullable() }) }) }) }),
  }),
})
/** Who did it, as the signed payload says. */
export type Actor = { readonly teamId: string; readonly userId: string; readonly userTeamId: string | null; readonly isEnterprise: boolean }
export const actorOf = (payload: Pick<z.infer<typeof clickSchema>, 'team' | 'user' | 'is_enterprise_install'>): Actor =>
  ({ teamId: payload.team.id, userId: payload.user.id, userTeamId: payload.user.team_id ?? null, isEnterprise: payload.is_enterprise_install })
