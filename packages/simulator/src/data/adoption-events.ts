/** Generated views of Studio assets. */
import type { AdoptionEvent } from './celonis-data.ts';
import { partsOf, type TeamObjects } from './audit-objects.ts';
import { isoTime, officeTime } from './office-time.ts';
import type { Person } from './people.ts';
import { at, createRandom, type Random } from './random.ts';
import { AREAS } from './words.ts';

/** Generates `count` views in `[from, to)` (epoch milliseconds), ascending by time. */
export function generateAdoptionEvents(
  random: Random,
  people: readonly Person[],
  objects: TeamObjects,
  span: { readonly from: number; readonly to: number; readonly count: number },
): AdoptionEvent[] {
  const packages = objects.all('Package').filter((pkg) => partsOf(pkg, 'Node').length > 0);
  const times = Array.from({ length: span.count }, () => officeTime(random, span.from, span.to)).sort((a, b) => a - b);
  return times.map((time) => {
    // A few packages have most of the views.
    const pkg = at(packages, Math.floor(packages.length * random.float() ** 3));
    const asset = random.pick(partsOf(pkg, 'Node'));
    const space = createRandom(0, pkg.id);
    const spaceName = space.pick(AREAS);
    const person = random.pick(people);
    return {
      timestamp: isoTime(time),
      userId: person.userId,
      userType: person.email.endsWith('aldermoor.example.com') ? 'CELONIS_USER' : 'NON_CELONIS_USER',
      appName: random.chance(0.75) ? 'APPS' : 'STUDIO',
      entityType: 'STUDIO_ASSET',
      assetId: asset.id,
      assetName: asset.name,
      assetType: asset.type,
      packageId: pkg.id,
      packageName: pkg.name,
      spaceId: createRandom(0, spaceName).uuid(),
      spaceName,
    };
  });
}
