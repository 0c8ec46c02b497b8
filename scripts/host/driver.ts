import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** VS Code leaves out a fourth notification within 800 ms, which nobody who reads them meets. */
const READING_MS = 1000;

/**
 * What a person does in VS Code, through the page. Everything waits for what it needs to see, and fails with
 * Playwright's own error after the page's time limit.
 */
export class Driver {
  constructor(
    readonly page: Page,
    private readonly shots?: string,
  ) {
    page.setDefaultTimeout(60_000);
  }

  /** Waits until the workbench can be worked with. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar').waitFor({ timeout: 120_000 });
    await this.page.locator('.statusbar').waitFor();
  }

  /** Keeps a picture of the whole window as `NAME.png`, when pictures are kept. Resolves to its path. */
  async picture(name: string): Promise<string | undefined> {
    if (this.shots === undefined) return undefined;
    await mkdir(this.shots, { recursive: true });
    const file = path.join(this.shots, `${name}.png`);
    // What fades in has arrived; a spinner turns for ever.
    await this.page.evaluate(
      `Promise.all(document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime < Infinity)
        .map((each) => each.finished.catch(() => undefined)))
        .then(() => undefined)`,
    );
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Opens a container of the activity bar. */
  async openContainer(title: string): Promise<void> {
    const tab = this.page
      .locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`)
      .first();
    await tab.waitFor();
    if ((await tab.locator('.action-label').getAttribute('aria-selected')) === 'true') return;
    if (/\bchecked\b/.test((await tab.getAttribute('class')) ?? '')) return;
    await tab.locator('.action-label').click();
    await this.page.locator('.sidebar .composite.title', { hasText: title }).waitFor();
  }

  /** A section of the side bar, by the title in its header. */
  view(title: string): Locator {
    return this.page
      .locator('.sidebar .pane')
      .filter({ has: this.page.locator(`.title:text-is("${title}")`) });
  }

  /** The first row of a view that contains the text. */
  row(view: string, text: string | RegExp): Locator {
    return this.view(view).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** All rows of a view as a person reads them. */
  async rows(view: string): Promise<string[]> {
    const texts = await this.view(view).locator('.monaco-list-row').allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** Unfolds a row; nothing happens when it is unfolded. */
  async unfold(row: Locator): Promise<void> {
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false')
      await row.locator('.monaco-tl-twistie').click();
  }

  /** Folds a row; nothing happens when it is folded. */
  async fold(row: Locator): Promise<void> {
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
  }

  /** Clicks an icon on a row; it shows while the pointer is there. */
  async rowAction(row: Locator, title: string): Promise<void> {
    await row.hover();
    await row.locator(`.action-label[aria-label^="${title}"]`).click();
  }

  /** Chooses in the menu of a row. */
  async menu(row: Locator, title: string): Promise<void> {
    await row.click({ button: 'right' });
    await this.page.locator('.monaco-menu .action-item', { hasText: title }).first().hover();
    // A menu that has just opened takes no click.
    await this.page.keyboard.press('Enter');
  }

  /** Waits until something says that, among other words. */
  async hasText(locator: Locator, text: string | RegExp): Promise<void> {
    await locator.filter({ hasText: text }).first().waitFor();
  }

  /** Runs a command of the palette by its title, such as `Swapdeck: Show Log`. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.#quickInput.waitFor();
    await this.#quickInput.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Chooses in a quick pick by the row's text. */
  async pick(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  /** Opens a file of the workspace by name, with the cursor in a line (from 1). */
  async openFile(name: string, line = 1): Promise<void> {
    await this.#openQuickly(name);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
    await this.#quickInput.fill(`${name}:${line}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** An editor that is focused by what was done before closes the list again: then a person presses the key again. */
  async #openQuickly(name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Control+P');
      try {
        await this.#quickInput.waitFor({ timeout: 5000 });
        await this.#quickInput.fill(name, { timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 6) throw error;
      }
    }
  }

  /** Pastes over the line the cursor is in: one edit, one undo, and nothing is completed on the way. */
  async replaceLine(text: string): Promise<void> {
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await this.page.keyboard.press('End');
    await this.page.keyboard.press('Shift+Home');
    await this.page.keyboard.press('Shift+Home');
    await this.page.keyboard.press('Control+V');
  }

  /** A line of the editor in front that is in sight, by text in it. */
  editorLine(text: string): Locator {
    return this.page
      .locator('.editor-group-container.active .view-lines .view-line', { hasText: text })
      .first();
  }

  /** Lines that the extension marks in the editor in front. */
  marks(): Locator {
    return this.page.locator('.editor-group-container.active .view-overlays [class*="ced-"]');
  }

  /** Gives the keyboard to the editor in front. */
  async focusEditor(): Promise<void> {
    await this.command('View: Focus Active Editor Group');
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
  }

  /** Waits until a file has no unsaved changes. */
  async isSaved(name: string): Promise<void> {
    await this.page.locator('.tab.active:not(.dirty)', { hasText: name }).waitFor();
  }

  /** Saves the file in front. Resolves when the key was pressed; returns that moment (milliseconds, epoch). */
  async save(): Promise<number> {
    const at = Date.now();
    await this.page.keyboard.press('Control+S');
    return at;
  }

  /** The first item of the status bar that contains the text. */
  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  /** What a tooltip says when the pointer rests on something; it stays open for a picture. */
  async tooltip(locator: Locator): Promise<string> {
    // From elsewhere: one that was there before would be what it said then.
    await this.page.mouse.move(640, 400);
    const hover = this.page.locator('.workbench-hover-container:visible');
    await hover.waitFor({ state: 'hidden' });
    await locator.hover();
    await hover.first().waitFor();
    return hover.first().innerText();
  }

  /** A notification that contains the text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Presses a button of a notification, once it was there for as long as a person takes to read it. */
  async press(notification: Locator, button: string): Promise<void> {
    await notification.waitFor();
    await this.page.waitForTimeout(READING_MS);
    await notification.locator('.monaco-button', { hasText: button }).click();
  }

  /** Opens a terminal; resolves when it shows a prompt. */
  async openTerminal(): Promise<void> {
    await this.command('Terminal: Create New Terminal');
    await this.terminalHas('$');
  }

  /** Types a command into the terminal in front. */
  async runInTerminal(command: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await this.page.locator('.terminal-wrapper.active .xterm.focus').waitFor();
    await this.page.keyboard.type(`${command}\n`);
  }

  /** Waits until the terminal shows a text. */
  async terminalHas(text: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-rows', { hasText: text }).waitFor();
  }
}
