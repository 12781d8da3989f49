import { expect, expectTypeOf, test } from 'vitest';
import {
  type ApiError,
  appKey,
  clientCredentials,
  createHttp,
  type Credentials,
  isApiError,
  isPermissionError,
  OptionError,
  type Page,
  type Paginated,
  type PermissionError,
} from '../src/index.ts';

test('fetch is a fetch, and takes the marks', () => {
  const http = createHttp();
  expectTypeOf(http.fetch).toExtend<typeof fetch>();
  expectTypeOf(http.fetch).toBeCallableWith('https://x.example', { idempotent: true, method: 'POST' });
});

test('options are checked, by the compiler and at the door', () => {
  expectTypeOf(createHttp).toBeCallableWith({ retry: { maxRetries: 1 } });
  const refused = [
    () =>
      createHttp({
        // @ts-expect-error a number alone is no retry policy
        retry: 3,
      }),
    () =>
      createHttp({
        budgets: [
          {
            requests: 1,
            // @ts-expect-error windows have names
            per: 'fortnight',
          },
        ],
      }),
    () =>
      createHttp({
        // @ts-expect-error there is no such switch
        insecure: true,
      }),
    () =>
      clientCredentials({
        clientId: 'id',
        clientSecret: 's',
        // @ts-expect-error two methods exist
        method: 'header',
      }),
  ];
  for (const make of refused) expect(make).toThrow(OptionError);
});

test('credentials', () => {
  expectTypeOf(appKey('k')).toEqualTypeOf<Credentials>();
  expectTypeOf(clientCredentials('id', async () => 's', { method: 'basic' })).toEqualTypeOf<Credentials>();
});

test('guards narrow', () => {
  const error: unknown = undefined;
  if (isApiError(error)) expectTypeOf(error).toEqualTypeOf<ApiError>();
  if (isPermissionError(error)) {
    expectTypeOf(error).toEqualTypeOf<PermissionError>();
    expectTypeOf(error.name).toEqualTypeOf<'PermissionError'>();
    expectTypeOf(error.scope).toEqualTypeOf<string | undefined>();
  }
});

test('lists', () => {
  expectTypeOf<Paginated<{ a: number }>>().toExtend<AsyncIterable<{ a: number }>>();
  expectTypeOf<Page<string>['items']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Paginated<string>['collect']>()
    .parameter(0)
    .toEqualTypeOf<{ readonly limit: number; readonly signal?: AbortSignal }>();
});
