export interface ShortcutActions {
  muted: () => boolean;
  mute: () => void;
  unmute: () => void;
  toggleChat: () => void;
  togglePeople: () => void;
  toggleStats: () => void;
  toggleRecord: () => void;
  closePanel: () => void;
}

const FIELD = 'input, textarea, select, [contenteditable="true"]';
const PRESSABLE = 'button, a, summary, [role="button"], [role="switch"]';

/**
 * Keys of the call: M mutes and unmutes, Space talks while it is held, C, P, R and S open panels.
 * Returns what takes them away again; a Space that is still held then mutes.
 */
export function callShortcuts(target: Window, actions: ShortcutActions): () => void {
  let talking = false;

  function stopTalking(): void {
    if (!talking) return;
    talking = false;
    actions.mute();
  }

  function down(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest('dialog')) return;
    if (event.key === 'Escape') {
      actions.closePanel();
      return;
    }
    if (at?.closest(FIELD)) return;
    if (event.code === 'Space') {
      // On a button, Space presses the button.
      if (at?.closest(PRESSABLE)) return;
      event.preventDefault();
      if (!event.repeat && actions.muted()) {
        talking = true;
        actions.unmute();
      }
      return;
    }
    if (event.repeat) return;
    switch (event.key.toLowerCase()) {
      case 'm':
        talking = false;
        if (actions.muted()) actions.unmute();
        else actions.mute();
        break;
      case 'c':
        event.preventDefault();
        actions.toggleChat();
        break;
      case 'p':
        actions.togglePeople();
        break;
      case 's':
        actions.toggleStats();
        break;
      case 'r':
        event.preventDefault();
        actions.toggleRecord();
        break;
    }
  }

  function up(event: KeyboardEvent): void {
    if (event.code === 'Space') stopTalking();
  }

  target.addEventListener('keydown', down);
  target.addEventListener('keyup', up);
  // The key is released elsewhere: the microphone must not stay open.
  target.addEventListener('blur', stopTalking);
  return () => {
    target.removeEventListener('keydown', down);
    target.removeEventListener('keyup', up);
    target.removeEventListener('blur', stopTalking);
    stopTalking();
  };
}
