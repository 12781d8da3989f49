/** Shape settings: what to leave out, how to call it, what to replace by pseudonyms. */
import { UsageError, type CommandContext } from '@millrace/cli-kit';
import type { MapStyle } from '@millrace/flatten';
import { shapeModel, ShapeError, type Model, type Shape, type ShapedModel } from '@millrace/model';
import { changeColumn } from './context-filters.ts';
import { contextTable } from './models.ts';

const styles: readonly MapStyle[] = ['columns', 'table', 'json'];

/** The shape that the settings describe. @throws UsageError for one of the wrong form */
export function readShape(context: Pick<CommandContext, 'settings'>, model: Model): Shape {
  const { settings } = context;
  const maps = Object.entries(pairs(context, 'map', 'process_context$context$order.created=json')).map(
    ([name, style]) => {
      const known = styles.find((each) => each === style);
      if (known === undefined)
        throw new UsageError(`${settings.sourceOf('map')}: "${style}" is not one of ${styles.join(', ')}.`);
      return [name, known] as const;
    },
  );
  const only = list(settings.text('only'));
  return {
    omit: list(settings.text('omit')),
    ...(only.length > 0 && { only }),
    rename: pairs(context, 'rename', 'process_context=runs'),
    maps: Object.fromEntries(maps),
    pseudonymize: list(settings.text('pseudonymize')).flatMap((name) =>
      name === 'sensitive' ? sensitiveColumns(model) : name,
    ),
  };
}

/** Shapes a model. @throws UsageError for what cannot be */
export function shapedModel(model: Model, shape: Shape): ShapedModel {
  try {
    return shapeModel(model, shape, [{ table: contextTable(model).name, column: changeColumn }]);
  } catch (error) {
    if (error instanceof ShapeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** What the state remembers of a shape: with another one everything is read again. Empty for none. */
export function shapeFingerprint(
  { omit = [], only = [], pseudonymize = [] }: Shape,
  keyId: string,
): Readonly<Record<string, string>> {
  // Names and maps are part of the specification, which the state remembers by itself.
  const parts = { omit: omit.join(), only: only.join(), pseudonymize: pseudonymize.join(), key: keyId };
  return Object.fromEntries(Object.entries(parts).filter(([, text]) => text !== ''));
}

function sensitiveColumns(model: Model): readonly string[] {
  return model.tables.flatMap(({ name, columns }) =>
    columns
      .filter(({ sensitive, path }) => sensitive === true && path !== undefined)
      .map((column) => `${name}.${column.name}`),
  );
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function pairs(
  { settings }: Pick<CommandContext, 'settings'>,
  key: string,
  example: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list(settings.text(key)).map((part) => {
      const at = part.lastIndexOf('=');
      if (at < 1 || at === part.length - 1)
        throw new UsageError(`${settings.sourceOf(key)}: "${part}" is not of the form ${example}.`);
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}
