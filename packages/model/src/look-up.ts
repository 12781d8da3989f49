import { ModelError, type Model, type TableModel, type TransformationModel } from './model.ts';

/** The table of that name. Throws a `ModelError` when the model has none. */
export function tableOf(model: Model, name: string): TableModel {
  return find(model, 'table', model.tables, name);
}

/** The transformation of that name. Throws a `ModelError` when the model has none. */
export function transformationOf(model: Model, name: string): TransformationModel {
  return find(model, 'transformation', model.transformations, name);
}

/** The table and everything below it, parents before children, each followed by what is below it. */
export function familyOf(model: Model, root: string): readonly TableModel[] {
  const children = model.tables.filter((table) => table.parent === root);
  return [tableOf(model, root), ...children.flatMap((child) => familyOf(model, child.name))];
}

function find<T extends { readonly name: string }>(model: Model, kind: string, all: readonly T[], name: string): T {
  const found = all.find((item) => item.name === name);
  if (found) return found;
  throw new ModelError(model.name, `no ${kind} '${name}'. It has: ${all.map((item) => item.name).join(', ')}.`);
}
