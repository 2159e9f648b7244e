// because names come from other people's clouds: control characters move the cursor, bidirectional marks reorder what is read, and invisible ones hide
const dangerous = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs}/gu

/** `text` for a terminal, on one line: whatever could steer it, reorder it or hide in it stands as `\u{…}`. */
export const printable = (text: string): string => text.replaceAll(dangerous, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
