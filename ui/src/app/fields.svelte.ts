// The map of all fields is no state: what is drawn depends on the cells and on the groups.
/* eslint-disable svelte/prefer-svelte-reactivity */

import type { FieldView } from '../backend/record';

/** One field: what changes in it is drawn without looking at any other. */
export class FieldCell {
  readonly key: string;
  view: FieldView;
  /** Grows when one of two values was chosen: then what is being typed is settled, too. */
  decided = $state(0);

  constructor(view: FieldView) {
    this.key = view.key;
    this.view = $state.raw(view);
  }
}

/** Fields of one step, in the order in which they came. */
export interface FieldGroup {
  key: string;
  /** Key of the step; `null`: fields of no step that is known. */
  step: string | null;
  cells: FieldCell[];
}

/** Whether one of two values must be chosen; typing at once is only a warning. */
export function isUndecided(view: FieldView): boolean {
  return view.conflict !== null && view.conflict.kind !== 'typing';
}

/** All fields of a record, each with its own state, so that one edit among 5,000 costs one. */
export class Fields {
  /** By step. It changes when a field comes, goes or moves, never when one is edited. */
  groups = $state.raw<FieldGroup[]>([]);
  /** Those in which one of two values must be chosen, the oldest first. */
  undecided = $state.raw<FieldCell[]>([]);
  count = $state(0);

  #cells = new Map<string, FieldCell>();
  /** Keys of the steps, in their order. */
  #steps: readonly string[] = [];

  get(key: string): FieldCell | undefined {
    return this.#cells.get(key);
  }

  clear(): void {
    this.#cells = new Map();
    this.#steps = [];
    this.groups = [];
    this.undecided = [];
    this.count = 0;
  }

  /** Lays what changed over what was there; `steps` are the keys of the steps in their order. */
  take(changed: readonly FieldView[], removed: readonly string[], steps: readonly string[]): void {
    let moved = steps.length !== this.#steps.length || steps.some((key, at) => key !== this.#steps[at]);
    let decided = false;
    if (moved) this.#steps = steps;
    for (const key of removed) {
      const gone = this.#cells.get(key);
      if (gone === undefined) continue;
      this.#cells.delete(key);
      moved = true;
      decided ||= isUndecided(gone.view);
    }
    for (const view of changed) {
      const cell = this.#cells.get(view.key);
      if (cell === undefined) {
        this.#cells.set(view.key, new FieldCell(view));
        moved = true;
        decided ||= isUndecided(view);
        continue;
      }
      moved ||= cell.view.step !== view.step;
      decided ||= isUndecided(cell.view) !== isUndecided(view);
      cell.view = view;
    }
    if (moved) this.#regroup();
    if (decided) this.#decide();
  }

  #regroup(): void {
    const byStep = new Map<string, FieldCell[]>();
    const rest: FieldCell[] = [];
    for (const step of this.#steps) byStep.set(step, []);
    for (const cell of this.#cells.values()) {
      const cells = cell.view.step === null ? rest : (byStep.get(cell.view.step) ?? rest);
      cells.push(cell);
    }
    const groups: FieldGroup[] = this.#steps.map((step) => ({
      key: `step ${step}`,
      step,
      cells: byStep.get(step) ?? [],
    }));
    groups.push({ key: 'rest', step: null, cells: rest });
    this.groups = groups.filter(({ cells }) => cells.length > 0);
    this.count = this.#cells.size;
  }

  #decide(): void {
    const open = new Set([...this.#cells.values()].filter(({ view }) => isUndecided(view)));
    const stay = this.undecided.filter((cell) => open.has(cell));
    for (const cell of stay) open.delete(cell);
    this.undecided = [...stay, ...open];
  }
}
