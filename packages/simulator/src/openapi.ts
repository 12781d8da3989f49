/** What an API description says, ready for use: operations, their parameters, and the checks of requests and answers. */
/** What a request has that the description does not allow. */
export interface RequestProblem {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Name of the parameter or form field; empty for the body as a whole. */
  readonly name: string;
  readonly kind: 'missing' | 'type' | 'value' | 'unknown';
  readonly message: string;
}

/** A query parameter as the description has it. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly default?: unknown;
  readonly maximum?: number;
}

/** A parameter's value, converted to its type. */
export type ParameterValue = string | number | boolean | undefined;

/** The values of a request's parameters, defaults filled in. */
export interface ParameterValues {
  readonly path: Readonly<Record<string, ParameterValue>>;
  readonly query: Readonly<Record<string, ParameterValue>>;
  readonly header: Readonly<Record<string, ParameterValue>>;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Scopes that an OAuth token needs: all of one of these lists. */
  readonly scopes: readonly (readonly string[])[];
  /** Whether it answers without a credential (the token endpoint). */
  readonly open: boolean;
  /** Checks and converts the parameters. */
  readonly readParameters: (raw: RawParameters) => { values: ParameterValues; problems: readonly RequestProblem[] };
  /** Media types of the body; empty when it takes none. */
  readonly bodyTypes: readonly string[];
  /** Checks a body of a media type. */
  readonly checkBody: (type: string, body: unknown) => readonly RequestProblem[];
  /** Checks an answer; gives one line per violation. Compiled on first use of each status. */
  readonly checkAnswer: (status: number, contentType: string | undefined, body: unknown) => readonly string[];
}

interface RawParameters {
  readonly path: Readonly<Record<string, string>>;
  readonly search: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Route =
  | { readonly found: 'operation'; readonly operation: Operation; readonly path: Readonly<Record<string, string>> }
  | { readonly found: 'other-methods'; readonly allow: readonly string[] }
  | { readonly found: 'nothing' };

export interface ApiDescription {
  readonly operations: ReadonlyMap<string, Operation>;
  /** Every scope that the description declares. */
  readonly scopes: readonly string[];
  /** Finds the operation of a method and a path. One trailing slash is tolerated. */
  readonly route: (method: string, path: string) => Route;
}

/** Several descriptions as one. Where two have the same path and method, the first answers. */
export function combineDescriptions(descriptions: readonly ApiDescription[]): ApiDescription {
  return {
    operations: new Map(descriptions.flatMap(({ operations }) => [...operations])),
    scopes: [...new Set(descriptions.flatMap(({ scopes }) => scopes))],
    route: (method, path) => {
      const routes = descriptions.map((description) => description.route(method, path));
      return (
        routes.find(({ found }) => found === 'operation') ??
        routes.find(({ found }) => found === 'other-methods') ?? { found: 'nothing' }
      );
    },
  };
}
