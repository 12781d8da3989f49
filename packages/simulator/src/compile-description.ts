/** Makes an API description usable: compiles its schemas into checks, once. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ApiDescription, Operation, Parameter, ParameterValues, RequestProblem } from './openapi.ts';
import { createRouter, type Place, segmentsOf } from './router.ts';

type Json = Readonly<Record<string, unknown>>;

const root = 'api.json';
const methodNames = ['get', 'post', 'put', 'patch', 'delete'];

const compiled = new WeakMap<Json, ApiDescription>();

/** The description of an OpenAPI 3.1 document, compiled once for each document. Throws when it is not usable. */
export function compileDescription(document: unknown): ApiDescription {
  const source = object(document, 'the document');
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const description = compile(source);
  compiled.set(source, description);
  return description;
}

function compile(document: Json): ApiDescription {
  const api = new Compiler(document);
  const places: Place[] = [];
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(object(api.document['paths'], 'paths'))) {
    const methods = new Map<string, Operation>();
    for (const method of methodNames) {
      const declared = object(item, path)[method];
      if (declared === undefined) continue;
      const operation = api.operation(path, method, object(declared, `${method} ${path}`));
      methods.set(method.toUpperCase(), operation);
      operations.set(operation.operationId, operation);
    }
    places.push({ segments: segmentsOf(path), methods });
  }
  return { operations, scopes: api.scopes(), route: createRouter(places) };
}

class Compiler {
  readonly document: Json;
  readonly #requests: Ajv2020;
  readonly #answers: Ajv2020;

  constructor(document: Json) {
    this.document = document;
    // Vendor extensions are unknown keywords; the descriptions are linted elsewhere.
    this.#answers = new Ajv2020({ strict: false, allErrors: false });
    this.#requests = new Ajv2020({ strict: false, allErrors: true, coerceTypes: true });
    for (const ajv of [this.#answers, this.#requests]) {
      addFormats.default(ajv);
      ajv.addSchema(document, root);
    }
  }

  scopes(): string[] {
    const names = new Set<string>();
    const schemes = this.#at('components', 'securitySchemes');
    for (const scheme of Object.values(schemes ?? {})) {
      const flows = object(object(scheme, 'security scheme')['flows'] ?? {}, 'flows');
      for (const flow of Object.values(flows)) {
        for (const name of Object.keys(object(object(flow, 'flow')['scopes'] ?? {}, 'scopes'))) names.add(name);
      }
    }
    return [...names];
  }

  operation(path: string, method: string, declared: Json): Operation {
    const pointer = `/paths/${escaped(path)}/${method}`;
    const parameters = this.#parameters(pointer, declared);
    const security = array(declared['security'] ?? this.document['security'] ?? []);
    const scopes = security
      .map((entry) => object(entry, 'security')['oauth2'])
      .filter((names) => names !== undefined)
      .map((names) => array(names).map(String));
    return {
      operationId: String(declared['operationId']),
      method: method.toUpperCase(),
      path,
      parameters,
      scopes,
      open: security.some((entry) => Object.keys(object(entry, 'security')).length === 0),
      readParameters: this.#parameterReader(parameters),
      ...this.#body(pointer, declared),
      checkAnswer: this.#answerCheck(pointer, declared),
    };
  }

  #parameters(pointer: string, declared: Json): (Parameter & { schemaPointer: string })[] {
    return array(declared['parameters'] ?? []).map((entry, at) => {
      const place = this.#follow(`${pointer}/parameters/${at}`, entry);
      const schema = this.#follow(`${place.pointer}/schema`, place.value['schema']);
      return {
        name: String(place.value['name']),
        in: place.value['in'] as 'path' | 'query' | 'header',
        required: place.value['required'] === true,
        schemaPointer: schema.pointer,
        ...(schema.value['default'] === undefined ? {} : { default: schema.value['default'] }),
        ...(typeof schema.value['maximum'] === 'number' ? { maximum: schema.value['maximum'] } : {}),
      };
    });
  }

  #parameterReader(parameters: readonly (Parameter & { schemaPointer: string })[]): Operation['readParameters'] {
    let compiled: ValidateFunction | undefined;
    const compile = (): ValidateFunction =>
      this.#requests.compile({
        type: 'object',
        properties: Object.fromEntries(
          (['path', 'query', 'header'] as const).map((place) => {
            const here = parameters.filter((parameter) => parameter.in === place);
            return [
              place,
              {
                type: 'object',
                properties: Object.fromEntries(
                  here.map(({ name, schemaPointer }) => [name, { $ref: ref(schemaPointer) }]),
                ),
                required: here.filter(({ required }) => required).map(({ name }) => name),
              },
            ];
          }),
        ),
      });
    return (raw) => {
      const values = { path: { ...raw.path }, query: {}, header: {} } as Record<string, Record<string, unknown>>;
      const repeated: RequestProblem[] = [];
      for (const { name, in: place } of parameters) {
        if (place === 'path') continue;
        const given = place === 'query' ? raw.search.getAll(name) : [raw.headers[name.toLowerCase()] ?? []].flat();
        if (given.length > 1) {
          repeated.push({ in: place, name, kind: 'type', message: `${name} is given ${given.length} times` });
        }
        if (given[0] !== undefined) Object.assign(values[place] ?? {}, { [name]: given[0] });
      }
      compiled ??= compile();
      const check = compiled;
      const problems = check(values) ? repeated : [...repeated, ...problemsOf(check.errors ?? [])];
      for (const { name, in: place, default: value } of parameters) {
        const group = values[place];
        if (group !== undefined && value !== undefined && group[name] === undefined) group[name] = value;
      }
      return { values: values as unknown as ParameterValues, problems };
    };
  }

  #body(pointer: string, declared: Json): Pick<Operation, 'bodyTypes' | 'checkBody'> {
    if (declared['requestBody'] === undefined) return { bodyTypes: [], checkBody: () => [] };
    const body = this.#follow(`${pointer}/requestBody`, declared['requestBody']);
    const types = Object.keys(object(body.value['content'], `${body.pointer}/content`));
    const compiled = new Map<string, ValidateFunction>();
    return {
      bodyTypes: types,
      checkBody: (type, value) => {
        let check = compiled.get(type);
        if (check === undefined) {
          // The values of a form are text, whatever they mean; those of JSON are what they are.
          const ajv = type === 'application/json' ? this.#answers : this.#requests;
          check = ajv.compile({ $ref: ref(`${body.pointer}/content/${escaped(type)}/schema`) });
          compiled.set(type, check);
        }
        return check(value) ? [] : bodyProblems(check.errors ?? []);
      },
    };
  }

  #answerCheck(pointer: string, declared: Json): Operation['checkAnswer'] {
    const responses = object(declared['responses'], `${pointer}/responses`);
    const compiled = new Map<string, ValidateFunction>();
    return (status, contentType, body) => {
      const key = responses[String(status)] === undefined ? 'default' : String(status);
      if (responses[key] === undefined) return [`status ${status} is not in the description`];
      const response = this.#follow(`${pointer}/responses/${key}`, responses[key]);
      const content = object(response.value['content'] ?? {}, 'content');
      if (contentType === undefined) return [];
      if (content[contentType] === undefined) return [`status ${status} has no ${contentType} in the description`];
      const id = `${key} ${contentType}`;
      let check = compiled.get(id);
      if (check === undefined) {
        check = this.#answers.compile({ $ref: ref(`${response.pointer}/content/${escaped(contentType)}/schema`) });
        compiled.set(id, check);
      }
      if (check(body)) return [];
      return (check.errors ?? []).map((error) => `body${error.instancePath} ${error.message ?? ''}`);
    };
  }

  /** The value behind a `$ref` (or the value itself), with its place in the document. */
  #follow(pointer: string, value: unknown): { pointer: string; value: Json } {
    const here = object(value, pointer);
    const target = here['$ref'];
    if (typeof target !== 'string') return { pointer, value: here };
    const path = target.slice(1);
    return this.#follow(path, this.#at(...path.slice(1).split('/').map(unescaped)));
  }

  #at(...path: readonly string[]): Json | undefined {
    let value: unknown = this.document;
    for (const part of path) value = object(value, path.join('/'))[part];
    return value === undefined ? undefined : object(value, path.join('/'));
  }
}

function problemsOf(errors: readonly ErrorObject[]): RequestProblem[] {
  return errors.map((error) => {
    const [, place = 'query', name = ''] = error.instancePath.split('/');
    const missing = error.keyword === 'required';
    const parameter = missing ? String(error.params['missingProperty']) : unescaped(name);
    return {
      in: place as RequestProblem['in'],
      name: parameter,
      kind: missing ? 'missing' : error.keyword === 'type' || error.keyword === 'pattern' ? 'type' : 'value',
      message: missing ? `${parameter} is required` : `${parameter} ${error.message ?? 'is not valid'}`,
    };
  });
}

function bodyProblems(errors: readonly ErrorObject[]): RequestProblem[] {
  return errors.map((error) => {
    const missing = error.keyword === 'required';
    const name = missing
      ? String(error.params['missingProperty'])
      : unescaped(error.instancePath.slice(1)).replaceAll('/', '.');
    return {
      in: 'body',
      name,
      kind: missing ? 'missing' : 'value',
      message: missing ? `${name} is required` : `${name} ${error.message ?? 'is not valid'}`,
    };
  });
}

function ref(pointer: string): string {
  return `${root}#${pointer.split('/').map(encodeURIComponent).join('/')}`;
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function object(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null) throw new TypeError(`API description: ${what} is not an object.`);
  return value as Json;
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
