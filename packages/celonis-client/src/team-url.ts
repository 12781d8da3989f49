/** The address of a Celonis team. */
import { OptionError, parseBaseUrl } from '@millrace/http';

const EXAMPLE = 'https://team.eu-1.celonis.cloud';

/** Takes a URL or a host name (`team.eu-1.celonis.cloud`); gives the URL without a slash at its end. */
export function teamUrl(team: string): string {
  if (typeof team !== 'string' || team.trim() === '') {
    throw new OptionError('team', `team is missing: give the URL or host name of the team, such as ${EXAMPLE}.`);
  }
  const given = team.trim();
  const url = parseBaseUrl(/^[a-z][a-z\d+.-]*:\/\//iu.test(given) ? given : `https://${given}`, 'team', EXAMPLE);
  const { hostname, origin, pathname } = new URL(url);
  if (pathname !== '/') {
    throw new OptionError('team', `team must be the address of the team alone, without a path: use ${origin}.`);
  }
  if (!hostname.includes('.') && hostname !== 'localhost' && !hostname.startsWith('[')) {
    throw new OptionError(
      'team',
      `team must be the whole host name, with the realm, such as ${EXAMPLE}, but is ${hostname}.`,
    );
  }
  return url;
}
