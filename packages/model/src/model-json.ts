import type { Model } from './model.ts';

/** The model as JSON text, indented by two: everything but functions, in the order in which the model holds it. */
export function modelToJson(model: Model): string {
  return `${JSON.stringify(model, undefined, 2)}\n`;
}
