import type { CommandContext } from '@millrace/cli-kit';
import type { RootSpec } from '@millrace/flatten';
import type { DocumentShaper, Model } from '@millrace/model';
import { chosenModel } from './models.ts';
import { readPseudonyms } from './pseudonyms.ts';
import { readShape, shapedModel, shapeFingerprint } from './shaping.ts';

/** What is to be extracted, by the built-in road or by a template. */
export interface Road {
  readonly model: Model;
  readonly spec: (feed: string) => RootSpec;
  readonly shaper: (feed: string) => DocumentShaper | undefined;
  /** Of the shape, for the state. */
  readonly fingerprint: Readonly<Record<string, string>>;
  /** Paths of lists that differ from the usual ones. */
  readonly paths: Readonly<Record<string, string>>;
  /** Conditions that are always sent. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly pageSize: number | undefined;
}

/** The tables of a model of ours, in the shape that the settings ask for. @throws UsageError when they cannot have it */
export async function builtInRoad(context: CommandContext): Promise<Road> {
  const model = chosenModel(context);
  const shape = readShape(context, model);
  const shaped = shapedModel(model, shape);
  const pseudonyms = await readPseudonyms(context.io, shape.pseudonymize ?? []);
  return {
    model: shaped.model,
    spec: shaped.spec,
    shaper: (feed) => shaped.documents(feed, pseudonyms.of),
    fingerprint: shapeFingerprint(shape, pseudonyms.keyId),
    paths: {},
    fixed: {},
    pageSize: undefined,
  };
}
