import { initQuestions, type InitQuestion, type OptionSpec } from '@millrace/cli-kit';
import { serverSetting, wordListSetting } from '@millrace/cli-kit/values';
import { parseDestinationUrl } from '@millrace/destinations';

const asked: Parameters<typeof initQuestions>[1] = {
  apiUrl: ['API_URL of the connection', (settings) => serverSetting(settings, 'apiUrl', 'https://api.emporix.io')],
  authUrl: ['AUTH_URL of the connection', (settings) => serverSetting(settings, 'authUrl', 'https://api.emporix.io')],
  to: ['Where the tables go', (settings) => parseDestinationUrl(settings.text('to') ?? '')],
  scopes: [
    'Which scopes: live, draft or live,draft',
    (settings) => wordListSetting(settings, 'scopes', ['live', 'draft']),
  ],
  status: ['Only process contexts with this status, as finished', () => undefined],
  digitalProcess: ['Only process contexts of the digital process with this ID', () => undefined],
};

/** What `oe-extract init` asks, for those of its options that have a question. */
export function questions(options: readonly OptionSpec[]): readonly InitQuestion[] {
  return initQuestions(options, asked);
}
