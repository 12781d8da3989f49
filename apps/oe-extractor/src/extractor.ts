/** The extractor for Celonis that the settings describe: its file, and the model with what a sample of the tenant added. */
import type { CommandContext } from '@millrace/cli-kit';
import { integerSetting } from '@millrace/cli-kit/values';
import { extendModel, type ExtractorFile, type Model, type ShapedModel } from '@millrace/model';
import { connectEngine, readPaths } from './engine.ts';
import { listOf } from './feeds.ts';
import { chosenModel } from './models.ts';
import { readShape, shapedModel } from './shaping.ts';
import { templateFile } from './template-file.ts';
import { describeSample, readSample, type TenantSample } from './tenant-sample.ts';

/** An extractor. */
export interface Extractor {
  readonly file: ExtractorFile;
  /** With the columns and tables of the sample. */
  readonly model: Model;
  /** Without. */
  readonly declared: Model;
  readonly samples: readonly TenantSample[];
}

/** Makes it; reads the tenant when the settings ask for a sample. @throws UsageError */
export async function readExtractor(context: CommandContext): Promise<Extractor> {
  const { settings } = context;
  const count = integerSetting(settings, 'sample', 1, 100_000);
  const pageSize = integerSetting(settings, 'pageSize', 1, 1000) ?? 200;
  const paths = readPaths(settings.text('paths'), settings.sourceOf('paths')) ?? {};
  const chosen = chosenModel(context);
  const shaped = shapedModel(chosen, readShape(context, chosen));
  const samples = count === undefined ? [] : await sampleLists(context, shaped, count);
  const model = extendModel(
    shaped.model,
    samples.flatMap(({ tables }) => tables),
  );
  const childKeys = new Map(samples.flatMap((sample) => [...sample.childKeys]));
  const file = templateFile(model, { byTemplate: settings.on('byTemplate'), pageSize, paths, childKeys });
  return { file, model, declared: shaped.model, samples };
}

async function sampleLists(
  context: CommandContext,
  { model, spec, documents }: ShapedModel,
  count: number,
): Promise<readonly TenantSample[]> {
  const client = await connectEngine(context);
  const samples: TenantSample[] = [];
  for (const { table } of model.feeds) {
    const found = await readSample(client, listOf(model, table), count, context.io.signal);
    samples.push(
      describeSample(
        found,
        spec(table),
        documents(table, (text) => text),
      ),
    );
  }
  return samples;
}
