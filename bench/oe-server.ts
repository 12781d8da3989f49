/**
 * The OE simulator with so many process contexts of so many events each. Prints its base URL and credentials.
 *
 *     node oe-server.ts '{"contexts":100000,"events":10}'
 */
import { generateOeTenant, startOeSimulator } from '@millrace/simulator';

const { contexts, events } = JSON.parse(process.argv[2] ?? '{}') as { contexts: number; events: number };
const data = generateOeTenant({ processContexts: contexts });
for (const [index, context] of data.processContexts.entries()) {
  const known = context.events;
  const serial = index.toString(36).padStart(6, '0').toUpperCase();
  context.events = Array.from({ length: events }, (_, at) => {
    const event = known[at % known.length];
    if (event === undefined) throw new Error('A context has no event.');
    return at < known.length
      ? event
      : { ...event, id: `${event.id.slice(0, -8)}${serial}${at.toString(36).padStart(2, '0').toUpperCase()}` };
  });
}
const { url, credentials } = await startOeSimulator({ data });
process.stdout.write(`${JSON.stringify({ url, key: `${credentials.clientId}:${credentials.clientSecret}` })}\n`);
