/** The part of Block Kit that Whittle sends. Untrusted text is only ever `plain_text`; `mrkdwn` holds constants of ours. @see https://docs.slack.dev/reference/block-kit */
export type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false }
export type Label = { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true }
export type Confirm = { readonly title: PlainText; readonly text: PlainText; readonly confirm: PlainText; readonly deny: PlainText; readonly style?: 'danger' | 'primary' }
export type Button = {
  readonly type: 'button'; readonly action_id: string; readonly text: PlainText; readonly value?: string; readonly url?: string
  readonly style?: 'primary' | 'danger'; readonly confirm?: Confirm
}
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly fields: (PlainText | Label)[] }
  | { readonly type: 'section'; readonly text: PlainText | Label }
  | { readonly type: 'context'; readonly elements: (PlainText | Label)[] }
  | { readonly type: 'divider' }
  | { readonly type: 'actions'; readonly block_id: string; readonly elements: Button[] }
  | { readonly type: 'input'; readonly block_id: string; readonly label: PlainText; readonly hint?: PlainText
      readonly element: { readonly type: 'plain_text_input'; readonly action_id: string; readonly multiline: true; readonly min_length: number; readonly max_length: number } }

/** What people see of one message: `text` is the notification and what screen readers say. */
export type SlackMessage = { readonly text: string; readonly blocks: readonly Block[] }
export type SlackModal = {
  readonly type: 'modal'; readonly callback_id: string; readonly private_metadata: string
  readonly title: PlainText; readonly submit: PlainText; readonly close: PlainText; readonly blocks: Block[]
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * `text` as Slack shows it letter by letter and nothing more, at most `max` characters after escaping: no mention, link, control, bidirectional or invisible
 * character survives (those become U+FFFD, so that a look-alike is seen), and an address is no longer one (`https[:]//`).
 */
export function inert(text: string, max: number): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(/(?!\n)[\p{C}\u2028\u2029]/gu, '\uFFFD').replaceAll('://', '[:]//')
  let shown = ''
  for (const character of clean) {
    const next = escapes[character] ?? character
    if (shown.length + next.length > max - 1) return `${shown}…`
    shown += next
  }
  return shown
}

/** Slack refuses empty texts, so nothing is shown as a dash. */
export const plain = (text: string, max: number): PlainText => ({ type: 'plain_text', text: inert(text, max).trim() === '' ? '–' : inert(text, max), emoji: false })
/** A constant of ours in bold. */
export const label = (text: string): Label => ({ type: 'mrkdwn', text: `*${text}*`, verbatim: true })
