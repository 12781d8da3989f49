/** Documents as properties need them: few keys that meet often, values that sit at every edge. */
import type { JsonObject, JsonValue } from '@millrace/flatten';
import * as fc from 'fast-check';

/** Keys that meet each other often. */
const key = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'c',
      'id2',
      'A',
      'value',
      '_position',
      '_key',
      '$',
      'a$b',
      '',
      '~',
      '[]',
      't_id',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);

const text = fc.oneof(
  fc.constantFrom('', 'x', '1', 'true', 'null', '2025-02-25', '2025-02-25T00:00:00Z', '2025-02-25T14:52:10.9Z'),
  fc.constantFrom('2025-02-25T14:52:10.903Z', '2025-02-25T14:52:10.900Z', '2025-02-25T14:52:10+00:00', '2025-02-30'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

const scalar = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<JsonValue[]>(
    0,
    -0,
    9_007_199_254_740_991,
    9_007_199_254_740_993n,
    -(2n ** 63n),
    2n ** 63n,
    1e21,
    null,
  ),
);

const { value: anyValue } = fc.letrec<{ value: JsonValue; object: JsonObject; array: JsonValue[] }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  array: fc.oneof(
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('object'), { maxLength: 3 }),
    fc.array(scalar, { maxLength: 3 }),
    fc.array(tie('array'), { maxLength: 2 }),
  ),
}));

/** A document without a key of its own. */
export const body: fc.Arbitrary<JsonObject> = fc.dictionary(key, anyValue, { maxKeys: 5 });
