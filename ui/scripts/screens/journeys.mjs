// Walks through the interface by keyboard alone. Each throws when it does not get there.
import assert from 'node:assert/strict';

const calls = (page) =>
  page.evaluate(() => window.scripted.calls.map(({ command, args }) => [command, args]));
const commands = async (page) =>
  (await calls(page)).filter(([name]) => name === 'call_command').map(([, args]) => args.command);

export const journeys = {
  'from the start into a call, by keyboard': {
    scene: 'home',
    walk: async (page) => {
      await page.keyboard.type('bao-123');
      await page.getByText('Room bao-123 on jbcalling.site').waitFor();
      await page.keyboard.press('Enter');
      await page.getByTestId('prejoin-join').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() =>
        window.scripted.calls.some(({ command }) => command === 'join'),
      );
      const [, args] = (await calls(page)).find(([name]) => name === 'join');
      assert.deepEqual(args, {
        request: { name: 'Linh Đỗ', microphone: null, speaker: null, muted: false },
      });
    },
  },
  'mute, talk while Space is held, chat and leave, by keyboard': {
    scene: 'call-3',
    walk: async (page) => {
      const state = (expected) => page.locator(`[data-testid=call-mute][data-state=${expected}]`).waitFor();
      await page.keyboard.press('m');
      await state('muted');
      await page.keyboard.down('Space');
      await state('live');
      await page.keyboard.up('Space');
      await state('muted');
      await page.keyboard.press('m');
      await state('live');
      await page.keyboard.press('c');
      await page.getByTestId('chat-input').waitFor();
      await page.keyboard.type('m is a letter here');
      await page.keyboard.press('Enter');
      await page.getByText('m is a letter here').waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('chat-input').waitFor({ state: 'detached' });
      await page.getByTestId('call-leave').focus();
      await page.keyboard.press('Enter');
      await page.getByText('You left the call').waitFor();
      assert.deepEqual(
        (await commands(page)).map(({ type }) => type),
        ['mute', 'unmute', 'mute', 'unmute', 'markChatRead', 'chat', 'leave'],
      );
    },
  },
  'a lost connection dims the tiles and comes back by itself': {
    scene: 'call-reconnecting',
    walk: async (page) => {
      await page.getByTestId('reconnect-banner').waitFor();
      await page.evaluate(() => window.scripted.show({ connection: { state: 'connected' } }));
      await page.getByTestId('reconnect-banner').waitFor({ state: 'detached' });
    },
  },
  'works where the prototypes are frozen, as in the window': {
    scene: 'call-16',
    walk: async (page) => {
      await page.addInitScript(() => Object.freeze(Object.prototype));
      await page.reload();
      await page.getByTestId('call-chat').click();
      await page.getByTestId('chat-input').fill('hello');
      await page.getByTestId('chat-send').click();
      await page.getByTestId('chat-message').getByText('hello').waitFor();
      await page.getByTestId('settings-open').click();
      await page.getByRole('dialog').waitFor();
    },
  },
};
