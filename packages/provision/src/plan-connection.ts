/** The connection of a custom extractor: found, made where the team's API does so, else left to a person. */
import { differing, poolOf, type Session, type Step } from './change.ts';
import { ByHandError } from './by-hand.ts';
import type { Installation, WantedConnection } from './installation.ts';
import { isNotOffered, type Observed } from './observe.ts';
import { writeMark } from './plan-mark.ts';

/** Type of a connection that runs an Extractor Builder file. */
const type = 'custom-extractor';

/** The step that brings the connection about. */
export function connectionSteps({ connection: wanted }: Installation, observed: Observed): readonly Step[] {
  if (wanted === undefined) return [];
  if (observed.connection !== undefined) return lackingTables(wanted, observed);
  const { name } = wanted;
  if (observed.extractorId === undefined) {
    return [
      {
        changes: [{ action: 'by hand', kind: 'connection', name, fields: [] }],
        write: (session) =>
          Promise.reject(new ByHandError(wanted, { poolId: poolOf(session).poolId, why: 'no-extractor' })),
      },
    ];
  }
  const customExtractorId = observed.extractorId;
  return [
    {
      changes: [{ action: 'create', kind: 'connection', name, fields: [] }],
      write: async (session) => {
        const { connections, poolId } = poolOf(session);
        const before = session.mark.connection;
        // Written before: one whose making is cut off is known as its own in the next run.
        await writeMark(session, { ...session.mark, connection: 'made' });
        const configuration = await wanted.values.read();
        try {
          const made = await connections.create(type, { name, poolId, customExtractorId, configuration }, session.call);
          session.connectionId = made.id;
        } catch (error) {
          if (!isNotOffered(error)) throw error;
          const { connection: _, ...mark } = session.mark;
          await writeMark(session, before === undefined ? mark : { ...mark, connection: before });
          throw new ByHandError(wanted, { poolId, why: 'refused', cause: error });
        }
      },
    },
  ];
}

/** A connection that offers other tables than the file has was made from another file. */
function lackingTables(connection: WantedConnection, { offered }: Observed): readonly Step[] {
  const { name, file } = connection;
  const wanted = file.endpoints.map(({ response }) => response.tableName);
  const lacking = offered === undefined ? [] : wanted.filter((table) => !offered.includes(table));
  if (lacking.length === 0) return [];
  const fields = differing({ tables: [offered?.join(', '), wanted.join(', ')] });
  const write = (session: Session): Promise<never> =>
    Promise.reject(new ByHandError(connection, { poolId: poolOf(session).poolId, why: 'other-file' }));
  return [{ changes: [{ action: 'by hand', kind: 'connection', name, fields }], write }];
}
