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
  'tests a call and saves the report, by keyboard': {
    scene: 'doctor-machine-broken',
    walk: async (page) => {
      await page.getByTestId('home-test').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.dataset.testid === 'doctor-start');
      await page.keyboard.press('Enter');
      await page.getByTestId('doctor-culprit').waitFor();
      await page.waitForFunction(() => document.activeElement.dataset.testid === 'doctor-again');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Copied').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByTestId('saved').waitFor();
      const all = await calls(page);
      const [, started] = all.find(([name]) => name === 'start_doctor');
      assert.deepEqual(started, {
        input: 'https://jbcalling.site/room/bao-123',
        profile: null,
        record: null,
        microphone: false,
      });
      const [, copied] = all.find(([name]) => name === 'copy_text');
      assert.match(copied.text, /^machine: failed$/m);
      await page.getByTestId('back').click();
      await page.getByTestId('home-link').waitFor();
    },
  },
  'cancels a test, allows the microphone and tests again': {
    scene: 'doctor-running',
    walk: async (page) => {
      await page.getByTestId('home-test').click();
      await page.getByTestId('doctor-start').click();
      await page.waitForFunction(() => document.activeElement.dataset.testid === 'doctor-cancel');
      await page.locator('[data-rung=namespace][data-state=running]').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Test cancelled').waitFor();
      await page.getByRole('switch').click();
      await page.getByTestId('doctor-again').click();
      await page.getByTestId('doctor-cancel').waitFor();
      const all = await calls(page);
      const names = all.map(([name]) => name).filter((name) => name.endsWith('_doctor'));
      assert.deepEqual(names, ['start_doctor', 'stop_doctor', 'start_doctor']);
      assert.equal(all.findLast(([name]) => name === 'start_doctor')[1].microphone, true);
    },
  },
  'looks at the statistics and reports a problem, by keyboard': {
    scene: 'call-stats',
    walk: async (page) => {
      await page.keyboard.press('s');
      await page.getByTestId('stats-row').first().waitFor();
      await page.getByTestId('tab-people').focus();
      await page.keyboard.press('ArrowRight');
      await page.getByText('Gateway restarted, back after 3.1 s').waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('stats').waitFor({ state: 'detached' });
      await page.getByTestId('call-more').focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByTestId('report-description').waitFor();
      await page.keyboard.type('Nothing heard. m s c');
      await page.getByTestId('report-save').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('report-saved').waitFor();
      const all = await calls(page);
      assert.deepEqual(
        all.find(([name]) => name === 'report_problem')[1],
        { description: 'Nothing heard. m s c' },
      );
      assert.ok(all.some(([name]) => name === 'close_stats'));
      assert.deepEqual(await commands(page), []);
    },
  },
  'edits a field, decides a conflict and goes on, by keyboard': {
    scene: 'collab-conflict',
    walk: async (page) => {
      const obeyed = async () =>
        (await calls(page))
          .filter(([name]) => name === 'collab_command')
          .map(([, { command }]) => command);
      await page.getByTestId('home-record').focus();
      await page.keyboard.press('Enter');
      await page.locator('[data-field=both] textarea').focus();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('20/20');
      // From another field: the one that waits is decided, the one that is typed in stays.
      await page.keyboard.press('Alt+t');
      await page.getByTestId('conflict').waitFor({ state: 'detached' });
      await page.keyboard.type(' left');
      await page.keyboard.press('Enter');
      await page.keyboard.type('!');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      const all = await obeyed();
      assert.deepEqual(
        all.filter(({ type }) => type !== 'type' && type !== 'focus'),
        [
          { type: 'takeTheirs', field: 'right' },
          { type: 'commit', field: 'both', text: '20/20 left' },
          { type: 'discard', field: 'both' },
        ],
      );
      assert.equal(await page.locator('[data-field=both] textarea').inputValue(), '20/20 left');
    },
  },
  'scrolls through 5,000 fields while others edit them': {
    scene: 'collab-busy',
    walk: async (page) => {
      await page.getByTestId('home-record').click();
      await page.getByTestId('field-people').first().waitFor();
      const drawn = () => page.getByTestId('field').count();
      assert.ok((await drawn()) < 500, `${await drawn()} fields are drawn`);
      const list = page.getByTestId('fields');
      for (const share of [0.25, 0.5, 1]) {
        await list.evaluate((element, to) => {
          element.scrollTop = element.scrollHeight * to;
        }, share);
        await page.waitForTimeout(200);
      }
      await page.locator('[data-field=f-4999]').waitFor();
      assert.ok((await drawn()) < 500, `${await drawn()} fields are drawn`);
      const { count } = await page.evaluate(() => ({ count: window.scripted.frames.count }));
      assert.ok(count > 0);
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
