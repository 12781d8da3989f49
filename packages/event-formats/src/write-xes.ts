import { hasType, isInstant, type Attribute, type AttributeType, type AttributeValue } from './attribute.ts';
import { EventFormatError } from './errors.ts';
import { writeText, type Output } from './text-output.ts';

/** One event of a case. */
export interface XesEvent {
  readonly caseId: string;
  readonly activity: string;
  /** ISO 8601 with its zone. */
  readonly time: string;
  /** One for each declared attribute, in that order. */
  readonly values: readonly AttributeValue[];
}

/** How many of each a file holds. */
export interface XesCounts {
  readonly cases: number;
  readonly events: number;
}

/** What to write. */
export interface XesOptions {
  /** Name of the log. */
  readonly name: string;
  /** Attributes of the events, beyond activity and time. */
  readonly attributes: readonly Attribute[];
  /** Case by case, each in its order: a case that comes back becomes a second trace. */
  readonly rows: AsyncIterable<XesEvent>;
  readonly output: Output;
}

const elements: Readonly<Record<AttributeType, string>> = {
  string: 'string',
  time: 'date',
  integer: 'int',
  float: 'float',
  boolean: 'boolean',
};

/**
 * Writes XES (IEEE 1849-2016): a trace a case, with the extensions Concept and Time. https://www.xes-standard.org/
 * Characters that XML does not have become U+FFFD. Throws an `EventFormatError` when a value is not of its declared type
 */
export function writeXes({ name, attributes, rows, output }: XesOptions): Promise<XesCounts> {
  const keys = attributeKeys(attributes);
  return writeText(output, async (to) => {
    await to.write(header(name));
    let current: string | undefined;
    let cases = 0;
    let events = 0;
    for await (const row of rows) {
      if (row.caseId !== current) {
        await to.write(
          `${current === undefined ? '' : '  </trace>\n'}  <trace>\n${element('    ', 'string', 'concept:name', row.caseId)}`,
        );
        current = row.caseId;
        cases += 1;
      }
      await to.write(eventText(row, attributes, keys));
      events += 1;
    }
    await to.write(`${current === undefined ? '' : '  </trace>\n'}</log>\n`);
    return { cases, events };
  });
}

function header(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="unknown"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="unknown"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
  </global>
  <classifier scope="event" name="Activity" keys="concept:name"/>
${element('  ', 'string', 'concept:name', name)}`;
}

function eventText(row: XesEvent, attributes: readonly Attribute[], keys: readonly string[]): string {
  if (!isInstant(row.time))
    throw new EventFormatError(
      `An event of case '${row.caseId}' has the time '${row.time}'; write 2026-01-31T08:00:00.000Z.`,
    );
  let text = `    <event>\n${element('      ', 'string', 'concept:name', row.activity)}${element('      ', 'date', 'time:timestamp', row.time)}`;
  for (const [index, { name, type }] of attributes.entries()) {
    const value = row.values[index] ?? null;
    if (value === null) continue;
    if (!hasType(value, type))
      throw new EventFormatError(
        `An event of case '${row.caseId}' has ${JSON.stringify(String(value))} as '${name}', which is no ${type}.`,
      );
    text += element('      ', elements[type], keys[index] ?? name, String(value));
  }
  return `${text}    </event>\n`;
}

/** Names as XML has them, since XES wants them so. Each once, and none that is taken by activity and time. */
function attributeKeys(attributes: readonly Attribute[]): readonly string[] {
  const taken = new Set(['concept:name', 'time:timestamp']);
  return attributes.map(({ name }) => {
    const plain = name.replaceAll(/[^\p{L}\p{N}_.-]/gu, '_').replace(/^(?![\p{L}_])/u, '_');
    let key = plain;
    for (let number = 2; taken.has(key); number++) key = `${plain}_${number}`;
    taken.add(key);
    return key;
  });
}

function element(indent: string, tag: string, key: string, value: string): string {
  return `${indent}<${tag} key="${key}" value="${xmlText(value)}"/>\n`;
}

const special = /[&<>"\t\n\r]/g;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(special, (character) => references[character] ?? character);
}
