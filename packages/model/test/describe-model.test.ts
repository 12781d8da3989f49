import {
  celonisAuditLog,
  column,
  childTable,
  defineModel,
  describeModel,
  describeRelations,
  modelToJson,
  modelToMarkdown,
  modelToMermaid,
  oeActivityLog,
  oeEventLog,
  rootTable,
  type Model,
} from '@millrace/model';
import { expect, test } from 'vitest';

const order = rootTable({
  name: 'order',
  description: 'Orders.',
  source: { operation: 'listOrders', permission: 'Read orders' },
  primaryKey: ['head$id'],
  columns: [
    column('head$id', 'STRING', 'ID of the order.'),
    column('buyer', 'STRING', 'Who bought | ordered it.', { sensitive: true }),
    column('at', 'DATETIME', 'When.'),
  ],
});
const line = childTable(order, { at: 'lines', description: 'Lines.', columns: [column('sku', 'STRING', 'What.')] });

const shop: Model = defineModel({
  name: 'shop',
  description: 'A shop.',
  tables: [order, line],
  feeds: [{ table: 'order' }],
  foreignKeys: [
    {
      dimension: { table: 'order', columns: ['head$id'] },
      fact: { table: 'order$lines', columns: ['order_head$id'] },
      kind: 'optional',
    },
  ],
  activityTables: [{ table: 'order', caseId: 'head$id', activity: 'buyer', timestamp: 'at' }],
  transformations: [],
});

test('lists columns and relations as rows', () => {
  expect(describeModel(shop).map(({ table, column: name, key, sensitive }) => [table, name, key, sensitive])).toEqual([
    ['order', 'head$id', 'primary', false],
    ['order', 'buyer', '', true],
    ['order', 'at', '', false],
    ['order$lines', 'order_head$id', 'primary, link', false],
    ['order$lines', '_position', 'primary', false],
    ['order$lines', 'sku', '', false],
  ]);
  expect(describeRelations(shop)).toEqual([
    { dimension: 'order(head$id)', fact: 'order$lines(order_head$id)', kind: 'optional', description: '' },
  ]);
});

test('writes a Markdown page', () => {
  expect(modelToMarkdown(shop)).toMatchInlineSnapshot(`
    "# shop

    A shop.

    ## order

    Orders. Source: \`listOrders\`, permission "Read orders".

    | column | type | key | sensitive | description |
    | --- | --- | --- | --- | --- |
    | \`head$id\` | STRING | primary |  | ID of the order. |
    | \`buyer\` | STRING |  | yes | Who bought \\| ordered it. |
    | \`at\` | DATETIME |  |  | When. |

    ## order$lines

    Lines. Child of \`order\`.

    | column | type | key | sensitive | description |
    | --- | --- | --- | --- | --- |
    | \`order_head$id\` | STRING | primary, link |  | Link to order. |
    | \`_position\` | INTEGER | primary |  | Place in the array that the row comes from, from 0. |
    | \`sku\` | STRING |  |  | What. |

    ## Relations

    | dimension (one) | fact (many) | kind | description |
    | --- | --- | --- | --- |
    | \`order(head$id)\` | \`order$lines(order_head$id)\` | optional |  |

    ## Activity tables

    | table | case ID | activity | timestamp | sorting | end timestamp | description |
    | --- | --- | --- | --- | --- | --- | --- |
    | \`order\` | \`head$id\` | \`buyer\` | \`at\` |  |  |  |
    "
  `);
});

test('draws a Mermaid diagram', () => {
  expect(modelToMermaid(shop)).toMatchInlineSnapshot(`
    "erDiagram
      "order" {
        STRING head_id PK "head$id"
        STRING buyer
        DATETIME at
      }
      "order$lines" {
        STRING order_head_id PK, FK "order_head$id"
        INTEGER _position PK
      }
      "order" ||..o{ "order$lines" : "order_head$id"
    "
  `);
  expect(modelToMermaid(oeActivityLog)).toMatchInlineSnapshot(`
    "erDiagram
      "account" {
        STRING id PK
      }
      "digital_process" {
        STRING id PK
        STRING tenant FK
      }
      "digital_process$trigger" {
        STRING digital_process_id PK, FK
        INTEGER _position PK
      }
      "digital_process$trigger$scenario_ids" {
        STRING digital_process_id PK, FK
        INTEGER digital_process_trigger__position PK, FK "digital_process$trigger__position"
        INTEGER _position PK
      }
      "digital_process$steps" {
        STRING digital_process_id PK, FK
        INTEGER _position PK
      }
      "digital_process$steps$scenarios" {
        STRING digital_process_id PK, FK
        INTEGER digital_process_steps__position PK, FK "digital_process$steps__position"
        INTEGER _position PK
      }
      "digital_process$UseCases" {
        STRING digital_process_id PK, FK
        INTEGER _position PK
      }
      "event_type" {
        STRING id PK
      }
      "process_context" {
        STRING context_processid PK "context$processid"
        STRING context_executionTemplateID FK "context$executionTemplateID"
      }
      "process_context_event" {
        STRING process_context_context_processid PK, FK "process_context$context$processid"
        INTEGER _position PK
      }
      "activity_log" {
        STRING event_name
        STRING event_id PK
        STRING case_id PK, FK
        DATETIME occurred_at
      }
      "process_context" ||--o{ "activity_log" : "case_id"
      "digital_process" ||--o{ "process_context" : "context$executionTemplateID"
      "process_context" ||--o{ "process_context_event" : "process_context$context$processid"
      "digital_process" ||..o{ "digital_process$trigger" : "digital_process_id"
      "digital_process$trigger" ||..o{ "digital_process$trigger$scenario_ids" : "digital_process_id, digital_process$trigger__position"
      "digital_process" ||..o{ "digital_process$steps" : "digital_process_id"
      "digital_process$steps" ||..o{ "digital_process$steps$scenarios" : "digital_process_id, digital_process$steps__position"
      "digital_process" ||..o{ "digital_process$UseCases" : "digital_process_id"
      "account" ||..o{ "digital_process" : "tenant"
    "
  `);
});

test('writes JSON that holds everything but functions', () => {
  const parsed: unknown = JSON.parse(modelToJson(celonisAuditLog));
  expect(parsed).toMatchObject({
    name: 'celonis/audit-log',
    feeds: [{ table: 'audit_log' }, { table: 'login_history' }, { table: 'members' }, { table: 'studio_adoption' }],
    transformations: [
      { name: 'audit_activity' },
      { name: 'audit_session' },
      { name: 'object_activity' },
      { name: 'audit_object' },
      { name: 'login_activity' },
      { name: 'login_session' },
    ],
  });
});

test.each([oeActivityLog, oeEventLog, celonisAuditLog])('says what every column of $name is', (model) => {
  expect(describeModel(model).filter((row) => row.description === '')).toEqual([]);
});

test('marks what can name a person', () => {
  const sensitive = describeModel(celonisAuditLog).filter((row) => row.sensitive && row.table === 'audit_activity');
  expect(sensitive.map((row) => row.column)).toEqual(['session_id', 'user_id', 'user_email']);
});
