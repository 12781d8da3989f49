/** Text that is safe in HTML: what comes from data can say anything. */

/** Markup that is already escaped. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped unless they are markup themselves. Control characters, which HTML has no way to write, are shown as U+FFFD. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const text = strings.reduce((all, part, index) => `${all}${render(values[index - 1] ?? '')}${part}`);
  return { html: text };
}

/** Markup and texts one after the other. */
function render(part: Part): string {
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escape(part);
  return 'html' in part ? part.html : part.map((each) => each.html).join('');
}

function escape(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these are the characters meant
      .replaceAll(/[\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
      .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
  );
}
