/**
 * A sentence for people, kept free of any markup: plain strings are literal text (most come from outside), and the
 * few things that show differently are named. Cards turn it into Slack blocks and into the plain-text fallback, so
 * a branch called `<!channel>` can neither ping anybody nor fake a link.
 */
export type Phrase = readonly Segment[];

/** A part of a phrase: literal text, or one of the few things that show differently. */
export type Segment =
  | string
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'bold'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | { readonly kind: 'time'; readonly at: Date }
  | { readonly kind: 'user'; readonly slackUserId: string }
  | { readonly kind: 'group'; readonly slackGroupId: string };

/** A name as it stands in GitLab or is to be typed. */
export const code = (text: string): Segment => ({ kind: 'code', text });
/** What the sentence is about. */
export const bold = (text: string): Segment => ({ kind: 'bold', text });
/** Words that open a page. */
export const link = (text: string, url: string): Segment => ({ kind: 'link', text, url });
/** Shown in each reader's own time zone. */
export const time = (at: Date): Segment => ({ kind: 'time', at });
/** A Slack user, as a mention: it notifies them where the card is a message. */
export const user = (slackUserId: string): Segment => ({ kind: 'user', slackUserId });
/** A Slack user group, as a mention: it notifies all in it where the card is a message. */
export const group = (slackGroupId: string): Segment => ({ kind: 'group', slackGroupId });

/** Builds a phrase: ``say`Nothing was deployed to ${bold(environment)}.` ``. Interpolated strings stay literal. */
export function say(strings: TemplateStringsArray, ...values: readonly (Segment | Phrase | number)[]): Phrase {
  return strings.flatMap((text, index): Segment[] => {
    const value = values[index];
    const inserted: Segment[] =
      value === undefined ? [] : typeof value === 'number' ? [String(value)] : isPhrase(value) ? [...value] : [value];
    return text === '' ? inserted : [text, ...inserted];
  });
}

/** The phrases one after the other, with `separator` between. */
export function join(phrases: readonly (Phrase | Segment)[], separator: string): Phrase {
  return phrases.flatMap((phrase, index): Segment[] => {
    const segments = isPhrase(phrase) ? [...phrase] : [phrase];
    return index === 0 ? segments : [separator, ...segments];
  });
}

/** The phrase as people read it without any markup; times in UTC, users as `@id`. */
export function plainText(phrase: Phrase): string {
  return phrase
    .map((segment) => {
      if (typeof segment === 'string') return segment;
      if (segment.kind === 'time') return `${segment.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
      if (segment.kind === 'user') return `@${segment.slackUserId}`;
      if (segment.kind === 'group') return `@${segment.slackGroupId}`;
      return segment.text;
    })
    .join('');
}

function isPhrase(value: Segment | Phrase): value is Phrase {
  return Array.isArray(value);
}
