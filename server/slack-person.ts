import type { SlackClient, SlackIdentity } from '../integrations/slack/client.ts'
import type { Actor } from './slack-payload.ts'

/** What the server knows of links between Slack users and people. */
export type SlackLinks = {
  /** The Whittle user that this Slack user is linked to, or null. */
  readonly linkedUser: (teamId: string, slackUserId: string) => Promise<string | null>
  /** A one-time code of 10 minutes for the page `/slack-link?code=…`, bound to this Slack user. */
  readonly startLink: (slackUser: { readonly teamId: string; readonly slackUserId: string; readonly slackName: string }) => Promise<string>
}
export type Person =
  | { readonly kind: 'known'; readonly userId: string }
  | { readonly kind: 'unlinked'; readonly teamId: string; readonly name: string }
  | { readonly kind: 'refused'; readonly why: string }

/** Looks up who clicked. A person counts only as a member of the app's own workspace, asked of Slack at the moment of the click. @throws WhittleError slack.* when Slack cannot be asked: then nobody counts */
export function personLookup(slack: SlackClient, links: SlackLinks): (actor: Actor) => Promise<Person> {
  let identity: SlackIdentity | null = null
  return async (actor) => {
    identity ??= await slack.identity()
    const foreign: Person = { kind: 'refused', why: 'Only members of the workspace that Whittle is installed in can decide here. Ask one of them, or decide in the web.' }
    if (actor.isEnterprise || actor.teamId !== identity.teamId || (actor.userTeamId !== null && actor.userTeamId !== identity.teamId)) return foreign
    const user = await slack.userOf(actor.userId)
    if (user.id !== actor.userId || user.teamId !== identity.teamId) return foreign
    if (!user.isPerson) return { kind: 'refused', why: 'A bot cannot decide.' }
    if (user.isGuest) return { kind: 'refused', why: 'Guests cannot decide. Ask a member of the workspace.' }
    if (user.isDeleted) return { kind: 'refused', why: 'This Slack account is deactivated.' }
    const userId = await links.linkedUser(actor.teamId, actor.userId)
    return userId === null ? { kind: 'unlinked', teamId: actor.teamId, name: user.name } : { kind: 'known', userId }
  }
}
