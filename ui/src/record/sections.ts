import type { OffersView } from '../backend/record';

/** The parts that a record is shown in. */
export type Section = 'fields' | 'staff' | 'queue' | 'notices' | 'activity';

/** The parts that this deployment has words for. */
export function sectionsOf(offers: OffersView): Section[] {
  const all: [Section, boolean][] = [
    ['fields', offers.fields],
    ['staff', offers.presence || offers.steps],
    ['queue', offers.queue],
    ['notices', offers.notifications],
    ['activity', true],
  ];
  return all.filter(([, there]) => there).map(([section]) => section);
}
