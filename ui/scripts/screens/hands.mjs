// What a hand does in many situations.

export const button = (page, testid) => page.getByTestId(testid).click();
export const section = (name) => async (page) => {
  await button(page, 'settings-open');
  await button(page, `settings-${name}`);
};
export const culprit = (page) => page.getByTestId('doctor-culprit').waitFor();
