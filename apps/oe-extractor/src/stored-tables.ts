/** What runs have stored, as a model. */
import { createDestination } from '@millrace/destinations';
import { extendModel, type Model } from '@millrace/model';

/** The model with the child tables that the documents brought. */
export async function withStoredTables(model: Model, url: string): Promise<Model> {
  const destination = createDestination(url);
  try {
    return extendModel(model, (await destination.open()).tables);
  } finally {
    await destination.close();
  }
}
