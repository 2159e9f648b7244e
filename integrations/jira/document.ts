/**
 * The part of Atlassian Document Format that Whittle writes. Strings from outside stand in text nodes alone, where Jira interprets nothing; the one link mark is to Whittle's own host.
 * @see https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 */
export type TextNode = { readonly type: 'text'; readonly text: string; readonly marks?: readonly ({ readonly type: 'strong' | 'code' | 'em' } | { readonly type: 'link'; readonly attrs: { readonly href: string } })[] }
export type BlockNode =
  | { readonly type: 'paragraph'; readonly content: readonly TextNode[] }
  | { readonly type: 'heading'; readonly attrs: { readonly level: 2 | 3 }; readonly content: readonly TextNode[] }
  | { readonly type: 'codeBlock'; readonly content: readonly TextNode[] }
export type AdfDocument = { readonly type: 'doc'; readonly version: 1; readonly content: readonly BlockNode[] }

/** `text` letter by letter, at most `max` long: control, bidirectional and invisible characters are shown as U+FFFD. Never empty, because Jira refuses an empty text node. */
export function visible(text: string, max: number): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(/\t/g, '  ').replace(/(?!\n)[\p{C}\u2028\u2029]/gu, '\uFFFD')
  const cut = clean.length > max ? `${clean.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : clean
  return cut.trim() === '' ? '–' : cut
}
export const text = (content: string, max: number): TextNode => ({ type: 'text', text: visible(content, max) })
export const strong = (content: string): TextNode => ({ type: 'text', text: content, marks: [{ type: 'strong' }] })
export const link = (content: string, href: string): TextNode => ({ type: 'text', text: content, marks: [{ type: 'link', attrs: { href } }] })
export const paragraph = (...content: readonly TextNode[]): BlockNode => ({ type: 'paragraph', content })
export const heading = (content: string): BlockNode => ({ type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: content }] })
export const codeBlock = (content: string, max: number): BlockNode => ({ type: 'codeBlock', content: [text(content, max)] })
export const document = (content: readonly BlockNode[]): AdfDocument => ({ type: 'doc', version: 1, content })

/** Every text of an ADF document that anybody wrote, paragraphs on lines of their own; unknown nodes are read through, at most 64 levels deep. */
export function plainTextOf(node: unknown, depth = 0): string {
  if (typeof node !== 'object' || node === null || depth > 64) return ''
  const children: unknown = 'content' in node ? node.content : undefined
  if ('text' in node && typeof node.text === 'string') return node.text
  if (!Array.isArray(children)) return ''
  const isBlock = 'type' in node && (node.type === 'doc' || node.type === 'bulletList' || node.type === 'listItem')
  return children.map((child: unknown) => plainTextOf(child, depth + 1)).filter((part) => part !== '').join(isBlock ? '\n' : '')
}
