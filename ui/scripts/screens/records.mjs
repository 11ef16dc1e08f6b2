// Situations of records that need a hand: a scene, and what is done in it.
import { button, culprit, section } from './hands.mjs';

/** The record on a screen of its own, and a part of it. */
const record = (part) => async (page) => {
  await button(page, 'home-record');
  await page.getByTestId('record').waitFor();
  if (part) await button(page, `record-${part}`);
};
const recordPanel = async (page) => {
  await page.keyboard.press('r');
  await page.getByTestId('record').waitFor();
};

export const RECORDS = {
  'collab-well': { scene: 'collab-well', act: record() },
  'collab-staff': { scene: 'collab-well', act: record('staff') },
  'collab-queue-well': { scene: 'collab-well', act: record('queue') },
  'collab-notices': { scene: 'collab-well', act: record('notices') },
  'collab-activity': {
    scene: 'collab-well',
    act: async (page) => {
      await record('activity')(page);
      await button(page, 'activity-export');
      await page.getByTestId('saved').waitFor();
    },
  },
  'collab-alone': { scene: 'collab-alone', act: record('staff') },
  'collab-new': { scene: 'collab-new', act: record('queue') },
  'collab-add-field': {
    scene: 'collab-new',
    act: async (page) => {
      await record()(page);
      await button(page, 'field-add');
      await page.getByTestId('field-add-name').fill('Pupil distance');
    },
  },
  'collab-conflict-typing': {
    scene: 'collab-conflict-typing',
    act: async (page) => {
      await record()(page);
      await page.getByTestId('field-input').first().focus();
    },
  },
  'collab-conflict': { scene: 'collab-conflict', act: record() },
  'collab-close': {
    scene: 'collab-conflict',
    act: async (page) => {
      await record()(page);
      await button(page, 'record-more');
      await button(page, 'record-close');
      await page.getByRole('dialog').waitFor();
    },
  },
  'collab-other': {
    scene: 'collab-well',
    act: async (page) => {
      await record()(page);
      await page.evaluate(() =>
        window.scripted.emit('open-record', {
          origin: 'link',
          input: null,
          profile: 'Clinic',
          record: 'P-18',
        }),
      );
      await page.getByRole('dialog').waitFor();
    },
  },
  'collab-offline': { scene: 'collab-offline', act: record() },
  'collab-offline-queue': { scene: 'collab-offline', act: record('queue') },
  'collab-refused': { scene: 'collab-refused', act: record() },
  'collab-unheard': { scene: 'collab-unheard', act: record() },
  'collab-doctor': {
    scene: 'collab-refused',
    act: async (page) => {
      await record()(page);
      await button(page, 'record-why');
      await culprit(page);
    },
  },
  'collab-missed': { scene: 'collab-missed', act: record() },
  'collab-queue': { scene: 'collab-queue', act: record('queue') },
  'collab-insights': { scene: 'collab-insights', act: record() },
  'collab-hostile': { scene: 'collab-hostile', act: record('staff') },
  'collab-hostile-fields': {
    scene: 'collab-hostile',
    act: async (page) => {
      await record('activity')(page);
      const fields = page.getByTestId('record-fields');
      if (await fields.count()) await fields.click();
    },
  },
  'collab-hostile-notices': { scene: 'collab-hostile', act: record('notices') },
  'collab-busy': {
    scene: 'collab-busy',
    act: async (page) => {
      await record()(page);
      await page.getByTestId('field-people').first().waitFor();
    },
  },
  'collab-form': {
    scene: 'collab-form',
    act: async (page) => {
      await button(page, 'home-record');
      await page.getByTestId('open-link').fill('https://panel.example/screening?patient_id=P-17');
      await page.getByTestId('open-understood').getByText('P-17').waitFor();
    },
  },
  'collab-form-wrong': {
    scene: 'collab-form',
    act: async (page) => {
      await button(page, 'home-record');
      await page.getByTestId('open-link').fill('https://panel.example/screening');
      await page.locator('[aria-invalid=true]').waitFor();
    },
  },
  'collab-form-refused': {
    scene: 'collab-form-refused',
    act: async (page) => {
      await button(page, 'home-record');
      await button(page, 'open-go');
      await page.getByTestId('error').waitFor();
    },
  },
  'collab-form-unreachable': {
    scene: 'collab-form-unreachable',
    act: async (page) => {
      await button(page, 'home-record');
      await button(page, 'open-go');
      await page.getByTestId('record-why').waitFor();
    },
  },
  'collab-link': {
    scene: 'collab-link',
    act: (page) => page.getByTestId('open-understood').getByText('P-17').waitFor(),
  },
  'collab-profiles': { scene: 'collab-profiles', act: section('records') },
  'collab-profile': {
    scene: 'collab-profiles',
    act: async (page) => {
      await section('records')(page);
      await page.getByTestId('profile-edit').first().click();
    },
  },
  'collab-profile-wrong': {
    scene: 'collab-profiles',
    act: async (page) => {
      await section('records')(page);
      await button(page, 'profile-add');
      await button(page, 'profile-save');
      await page.locator('[aria-invalid=true]').first().waitFor();
    },
  },
  'collab-own-files': {
    scene: 'collab-own-files',
    act: async (page) => {
      await section('records')(page);
      await page.getByTestId('vocabulary-mistakes').scrollIntoViewIfNeeded();
    },
  },
  'collab-own-deployment': {
    scene: 'collab-own-files',
    act: async (page) => {
      await section('records')(page);
      await page.getByTestId('profile-edit').first().click();
      await page.getByTestId('profile-deployment').scrollIntoViewIfNeeded();
    },
  },
  'collab-further-link': {
    scene: 'collab-own-files',
    act: async (page) => {
      await section('records')(page);
      await page.getByTestId('profile-edit').last().click();
      await page.getByTestId('profile-deployment').selectOption('ward');
      await page.getByTestId('profile-link').scrollIntoViewIfNeeded();
    },
  },
  'call-collab': { scene: 'call-collab', act: recordPanel },
  'call-collab-badge': { scene: 'call-collab' },
  'call-collab-bind': {
    scene: 'call-collab',
    act: async (page) => {
      await recordPanel(page);
      await button(page, 'record-more');
    },
  },
  'call-collab-doctor': {
    scene: 'call-collab-refused',
    act: async (page) => {
      await recordPanel(page);
      await button(page, 'record-why');
      await culprit(page);
    },
  },
  'call-collab-form': {
    scene: 'call-collab-form',
    act: async (page) => {
      await page.keyboard.press('r');
      await page.getByTestId('open-record').waitFor();
    },
  },
  'call-collab-offer': {
    scene: 'call-collab-offer',
    act: (page) => page.getByTestId('record-offer').waitFor(),
  },
};
