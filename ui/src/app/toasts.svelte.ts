import type { NoticeLevel } from '../backend/bindings/NoticeLevel';

export interface Toast {
  id: number;
  level: NoticeLevel;
  text: string;
}

/** How long a toast of the interface itself stays, in milliseconds; errors stay longer. */
const STAY_MS = 4000;
const STAY_ERROR_MS = 10_000;

/** Things that the interface itself has to tell: "Link copied". */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  show(level: NoticeLevel, text: string): void {
    const id = this.#next++;
    // The same text twice is one toast that stays longer.
    this.list = [...this.list.filter((toast) => toast.text !== text), { id, level, text }];
    setTimeout(
      () => {
        this.dismiss(id);
      },
      level === 'error' ? STAY_ERROR_MS : STAY_MS,
    );
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
