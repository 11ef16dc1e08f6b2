// What the screens test renders: every scene in both themes, and the ones that carry most text or
// most people in Vietnamese, in a small and in a large window, and with text at 200 %.

const NORMAL = { width: 1000, height: 700 };
const SMALL = { width: 360, height: 480 };
const LARGE = { width: 1920, height: 1080 };

const SCENES = [
  'home',
  'home-first',
  'prejoin',
  'prejoin-first',
  'prejoin-muted',
  'prejoin-no-microphone',
  'prejoin-busy-microphone',
  'prejoin-failed',
  'call-connecting',
  'call-joining',
  'call-media',
  'call-empty',
  'call-2',
  'call-3',
  'call-muted',
  'call-no-microphone',
  'call-speaking',
  'call-6',
  'call-9',
  'call-16',
  'call-notices',
  'call-reconnecting',
  'call-leaving',
  'ended-left',
  'ended-failed',
  'ended-unknown',
];

const button = (page, testid) => page.getByTestId(testid).click();
const section = (name) => async (page) => {
  await button(page, 'settings-open');
  await button(page, `settings-${name}`);
};

/** Situations that need a hand: a scene, and what is done in it. */
const HANDLED = {
  'home-understood': {
    scene: 'home',
    act: async (page) => {
      await page.getByTestId('home-link').fill('https://jbcalling.site/room/bao-123');
      await page.getByTestId('home-understood').getByText('bao-123').waitFor();
    },
  },
  'home-wrong': {
    scene: 'home',
    act: async (page) => {
      await page.getByTestId('home-link').fill('htp:/jbcalling.site/room/');
      await page.locator('[aria-invalid=true]').waitFor();
    },
  },
  'prejoin-refused': {
    scene: 'prejoin-refused',
    act: async (page) => {
      await button(page, 'prejoin-join');
      await page.getByTestId('error').locator('summary').click();
    },
  },
  'prejoin-no-name': { scene: 'prejoin-first', act: (page) => button(page, 'prejoin-join') },
  'call-chat': { scene: 'call-chat', act: (page) => button(page, 'call-chat') },
  'call-chat-empty': { scene: 'call-2', act: (page) => button(page, 'call-chat') },
  'call-chat-failed': { scene: 'call-chat-failed', act: (page) => button(page, 'call-chat') },
  'call-chat-long': {
    scene: 'call-chat',
    act: async (page) => {
      await button(page, 'call-chat');
      await page.getByTestId('chat-input').fill('One word after the other. '.repeat(21));
    },
  },
  'call-people': { scene: 'call-16', act: (page) => button(page, 'call-people') },
  'call-copied': { scene: 'call-3', act: (page) => button(page, 'call-copy-link') },
  'call-focus': {
    scene: 'call-2',
    act: async (page) => {
      await page.getByTestId('call-mute').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Shift+Tab');
      // The tooltip waits a little before it shows.
      await page.waitForTimeout(700);
    },
  },
  incoming: {
    scene: 'call-3',
    act: async (page) => {
      await page.evaluate(() =>
        window.scripted.emit('open-link', 'https://jbcalling.site/room/another-room'),
      );
      await page.getByRole('dialog').waitFor();
    },
  },
  'settings-sound': { scene: 'home', act: section('devices') },
  'settings-look': { scene: 'home', act: section('look') },
  'settings-connection': {
    scene: 'home',
    act: async (page) => {
      await section('connection')(page);
      await button(page, 'settings-turn-add');
      await page.getByTestId('settings-turn-url').fill('relay.example');
    },
  },
  'settings-privacy': { scene: 'home', act: section('privacy') },
  'settings-about': { scene: 'home', act: section('about') },
};

const ALL = [...SCENES, ...Object.keys(HANDLED)];
const IN_VIETNAMESE = [
  'home',
  'home-wrong',
  'prejoin',
  'prejoin-no-microphone',
  'call-muted',
  'call-empty',
  'call-notices',
  'call-reconnecting',
  'call-chat',
  'ended-failed',
  'settings-connection',
];
const IN_SMALL = [
  ...IN_VIETNAMESE,
  'prejoin-refused',
  'call-2',
  'call-16',
  'call-people',
  'call-chat-long',
  'ended-left',
  'settings-sound',
  'incoming',
];
const IN_LARGE = ['home', 'prejoin', 'call-2', 'call-3', 'call-16', 'call-chat', 'call-empty'];
const IN_LARGE_TEXT = [...IN_VIETNAMESE, 'call-16', 'call-people', 'settings-sound'];

function shot(name, group, window, more = {}) {
  const handled = HANDLED[name];
  return {
    name,
    group,
    window,
    scene: handled?.scene ?? name,
    act: handled?.act,
    theme: 'light',
    language: 'en',
    text: 100,
    ...more,
  };
}

export const shots = [
  ...ALL.map((name) => shot(name, 'light', NORMAL)),
  ...ALL.map((name) => shot(name, 'dark', NORMAL, { theme: 'dark' })),
  ...IN_VIETNAMESE.map((name) => shot(name, 'vietnamese', NORMAL, { language: 'vi' })),
  ...IN_SMALL.map((name) => shot(name, 'small', SMALL, { theme: 'dark' })),
  ...IN_VIETNAMESE.map((name) => shot(name, 'small-vietnamese', SMALL, { language: 'vi' })),
  ...IN_LARGE.map((name) => shot(name, 'large', LARGE)),
  ...IN_LARGE_TEXT.map((name) => shot(name, 'text-200', NORMAL, { text: 200 })),
  ...IN_LARGE_TEXT.map((name) => shot(name, 'small-text-200', SMALL, { text: 200, theme: 'dark' })),
];
