// What the screens test renders: every scene in both themes, and the ones that carry most text or
// most people in Vietnamese, in a small and in a large window, and with text at 200 %.

import { button, culprit, section } from './hands.mjs';
import { RECORDS } from './records.mjs';

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

/** From the start to a test of the latest room, as far as its scene goes. */
const test = (reached) => async (page) => {
  await button(page, 'home-test');
  await button(page, 'doctor-start');
  await reached(page);
};
const outcome = (page) => page.getByTestId('doctor-outcome').waitFor();
const openRung = (rung) => (page) => page.locator(`[data-rung=${rung}] button`).click();
const statistics = async (page) => {
  await page.keyboard.press('s');
  await page.getByTestId('stats-row').first().waitFor();
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
  'call-more': { scene: 'call-stats', act: (page) => button(page, 'call-more') },
  'call-stats': {
    scene: 'call-stats',
    act: async (page) => {
      await statistics(page);
      await page.locator('[data-participant-name^=Bảo][data-testid=stats-row] button').click();
      await page.getByRole('img').last().waitFor();
    },
  },
  'call-stats-events': {
    scene: 'call-stats',
    act: async (page) => {
      await statistics(page);
      await button(page, 'tab-log');
      await button(page, 'stats-export');
      await page.getByTestId('saved').waitFor();
    },
  },
  'doctor-start': { scene: 'doctor-ok', act: (page) => button(page, 'home-test') },
  'doctor-wrong-link': {
    scene: 'doctor-ok',
    act: async (page) => {
      await button(page, 'home-test');
      await page.getByTestId('doctor-link').fill('htp:/jbcalling.site/room/');
      await button(page, 'doctor-start');
      await page.locator('[aria-invalid=true]').waitFor();
    },
  },
  'doctor-running': {
    scene: 'doctor-running',
    act: test((page) => page.locator('[data-rung=namespace][data-state=running]').waitFor()),
  },
  'doctor-cancelled': {
    scene: 'doctor-running',
    act: test(async (page) => {
      await page.locator('[data-rung=namespace][data-state=running]').waitFor();
      await button(page, 'doctor-cancel');
      await outcome(page);
    }),
  },
  'doctor-ok': { scene: 'doctor-ok', act: test(outcome) },
  'doctor-evidence': {
    scene: 'doctor-warning',
    act: test(async (page) => {
      await outcome(page);
      await openRung('tls')(page);
      await openRung('cors')(page);
      await button(page, 'doctor-save');
      await page.getByTestId('saved').waitFor();
    }),
  },
  'doctor-server-broken': {
    scene: 'doctor-server-broken',
    act: async (page) => {
      await button(page, 'error-test');
      await culprit(page);
    },
  },
  'doctor-server-broken-below': {
    scene: 'doctor-server-broken',
    act: async (page) => {
      await button(page, 'error-test');
      await culprit(page);
      await openRung('ice')(page);
      await page.locator('[data-rung=machine]').scrollIntoViewIfNeeded();
    },
  },
  'doctor-machine-broken': {
    scene: 'doctor-machine-broken',
    act: async (page) => {
      await button(page, 'home-test');
      await page.getByRole('switch').click();
      await button(page, 'doctor-start');
      await culprit(page);
    },
  },
  'doctor-refused': {
    scene: 'doctor-refused',
    act: test((page) => page.getByTestId('error').waitFor()),
  },
  'report-problem': {
    scene: 'call-3',
    act: async (page) => {
      await button(page, 'call-more');
      await button(page, 'call-report');
      await page.getByTestId('report-description').fill('Ann has not heard me since two.');
    },
  },
  'report-saved': {
    scene: 'ended-failed',
    act: async (page) => {
      await button(page, 'error-report');
      await button(page, 'report-save');
      await page.getByTestId('report-saved').waitFor();
    },
  },
  'report-refused': {
    scene: 'report-refused',
    act: async (page) => {
      await section('about')(page);
      await button(page, 'about-report');
      await button(page, 'report-save');
      await page.getByRole('dialog').getByTestId('error').waitFor();
    },
  },
  ...RECORDS,
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
  'call-stats',
  'call-stats-events',
  'doctor-start',
  'doctor-running',
  'doctor-server-broken',
  'doctor-machine-broken',
  'report-problem',
  'ended-failed',
  'settings-connection',
  'collab-well',
  'collab-staff',
  'collab-activity',
  'collab-conflict',
  'collab-offline',
  'collab-refused',
  'collab-missed',
  'collab-queue',
  'collab-form-wrong',
  'collab-profile-wrong',
  'collab-doctor',
  'collab-own-files',
  'collab-own-deployment',
  'call-collab-doctor',
  'call-collab',
  'call-collab-offer',
];
const IN_SMALL = [
  ...IN_VIETNAMESE,
  'prejoin-refused',
  'call-2',
  'call-16',
  'call-people',
  'call-chat-long',
  'call-more',
  'doctor-evidence',
  'doctor-ok',
  'ended-left',
  'report-saved',
  'settings-sound',
  'incoming',
  'collab-notices',
  'collab-unheard',
  'collab-further-link',
  'collab-form-unreachable',
  'collab-hostile',
  'collab-hostile-fields',
  'collab-insights',
  'call-collab-form',
  'call-collab-badge',
];
const IN_LARGE = ['home', 'prejoin', 'call-2', 'call-3', 'call-16', 'call-chat', 'call-empty', 'call-stats', 'doctor-ok', 'doctor-server-broken', 'collab-well', 'collab-missed', 'call-collab'];
const IN_LARGE_TEXT = [...IN_VIETNAMESE, 'doctor-ok', 'call-more', 'call-16', 'call-people', 'settings-sound', 'collab-hostile-fields', 'collab-notices'];

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
