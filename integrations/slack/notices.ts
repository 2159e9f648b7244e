import { plain, type SlackMessage } from './blocks.ts'
import { cardActions } from './render.ts'

/** What only the person who clicked sees. */
export const notice = (text: string): SlackMessage => ({ text: plain(text, 400).text, blocks: [{ type: 'section', text: plain(text, 2000) }] })

/** Asks the person to sign in to Whittle once, and what for. `url` is on Whittle's own host. */
export const linkNotice = (url: string): SlackMessage => ({
  text: 'Whittle does not know yet who you are.',
  blocks: [
    { type: 'section', text: plain('Whittle does not know yet who you are, so your click changed nothing. Connect your Slack account with your Whittle user once (the link holds for 10 minutes), then click again.', 400) },
    { type: 'actions', block_id: 'whittle-link', elements: [{ type: 'button', action_id: cardActions.details, text: plain('Connect', 30), url }] },
  ],
})

export const outOfDate = 'This card is out of date: nothing was changed. The current card is in this channel; open Details to see the plan as it is now.'
