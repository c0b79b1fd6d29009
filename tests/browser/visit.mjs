// A page in a real browser.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { patience } from './sample_process.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const pictures = resolve(process.env.RILL_SCREENSHOTS ?? join(here, '../../build/screenshots'));
const executablePath = process.env.RILL_CHROMIUM ?? '/usr/bin/chromium';

const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

export const desktop = { viewport: { width: 1280, height: 860 }, deviceScaleFactor: 1 };
export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

// The screen sizes for screenshots of every page.
export const looks = [
    ['desktop-light', { ...desktop, colorScheme: 'light' }],
    ['desktop-dark', { ...desktop, colorScheme: 'dark' }],
    ['phone-light', { ...phone, colorScheme: 'light' }],
    ['phone-dark', { ...phone, colorScheme: 'dark' }],
    ['phone-narrow', { ...phone, viewport: { width: 320, height: 568 }, reducedMotion: 'reduce' }],
];

// Messages of Chromium when a server stops. Each other message on the console is an error of the page.
export const networkError = /^Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)$/;

// One browser with a new profile for each visit. A persistent context sets the directory of the profile.
export class Visit {
    complaints = [];

    static async to(address, look) {
        const visit = new this();
        visit.profile = await mkdtemp(join(tmpdir(), 'rill-chromium-'));
        try {
            visit.browser = await chromium.launchPersistentContext(visit.profile, {
                executablePath,
                args: flags,
                headless: true,
                timeout: patience,
                ...look,
            });
            visit.page = visit.browser.pages()[0] ?? (await visit.browser.newPage());
            visit.page.setDefaultTimeout(patience);
            visit.page.on('console', (message) => {
                if (['error', 'warning'].includes(message.type())) {
                    visit.complaints.push(message.text());
                }
            });
            visit.page.on('pageerror', (error) => visit.complaints.push(`uncaught: ${error.stack ?? error}`));
            await visit.page.goto(address, { waitUntil: 'load' });
        } catch (error) {
            await visit.leave();
            throw error;
        }
        return visit;
    }

    async leave() {
        await this.browser?.close();
        await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }

    state(wanted) {
        return this.page.locator(`body[data-state="${wanted}"]`).waitFor({ state: 'visible' });
    }

    // Returns the elements that are wider than their box. Checks the page and the elements of the selector.
    tooWide(selector) {
        return this.page.evaluate((wanted) =>
            [document.documentElement, ...document.querySelectorAll(wanted)]
                .filter((box) => box.scrollWidth > box.clientWidth)
                .map((box) => `${box.tagName} ${box.className}: ${box.scrollWidth} in ${box.clientWidth}`),
        selector);
    }

    async picture(name) {
        await mkdir(pictures, { recursive: true });
        await this.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    }
}
