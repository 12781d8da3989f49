import { initQuestions, type InitQuestion, type OptionSpec } from '@millrace/cli-kit';
import { serverSetting, wordListSetting } from '@millrace/cli-kit/values';
import { parseDestinationUrl } from '@millrace/destinations';
import { feedNames } from '../feeds.ts';

const asked: Parameters<typeof initQuestions>[1] = {
  team: [
    'URL of the team (https://<team>.<realm>.celonis.cloud)',
    (settings) => serverSetting(settings, 'team', 'https://acme.eu-1.celonis.cloud'),
  ],
  profile: ['Profile of content-cli that says team and credential', () => undefined],
  to: ['Where the tables go', (settings) => parseDestinationUrl(settings.text('to') ?? '')],
  feeds: [`Which of ${feedNames.join(', ')}`, (settings) => wordListSetting(settings, 'feeds', feedNames)],
};

/** What `celonis-audit init` asks, for those of its options that have a question. */
export function questions(options: readonly OptionSpec[]): readonly InitQuestion[] {
  return initQuestions(options, asked);
}
