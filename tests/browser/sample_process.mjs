// The ticker sample as a child process. RILL_TICKER names the program; it prints one line with its URL when it listens.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export const patience = 30_000; // ms: how long any one condition may take, far above what it needs

export const program = process.env.RILL_TICKER;

// An unset RILL_TICKER is an error, not a skip: a test that silently does nothing would look like a passing one.
export function requireProgram() {
    if (!program) {
        throw new Error('set RILL_TICKER to the path of the ticker program');
    }
}

// Rejects with a message that names `what` when `promise` is not settled in time.
export async function within(promise, what, ms = patience) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        clearTimeout(timer);
    }
}

// A free port below the ephemeral range (32768 and up on Linux): while the server is down between two runs, no outgoing
// connection of anyone can be given this port, and a client that keeps trying cannot connect to itself.
export async function stablePort() {
    for (let attempt = 0; attempt < 100; ++attempt) {
        const probe = createServer();
        const port = 20_000 + Math.floor(Math.random() * 10_000);
        probe.listen(port, '127.0.0.1');
        const free = await Promise.race([once(probe, 'listening').then(() => true), once(probe, 'error').then(() => false)]);
        if (free) {
            probe.close();
            await once(probe, 'close');
            return port;
        }
    }
    throw new Error('no free port between 20000 and 30000');
}

export class Ticker {
    #child;
    #exited;
    #errors = '';
    url;

    // Starts the program and completes when it listens. Port 0 lets the system choose.
    static async start(port = 0) {
        requireProgram();
        const ticker = new Ticker();
        await ticker.#launch(port);
        return ticker;
    }

    async #launch(port) {
        this.#child = spawn(program, ['--port', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
        this.#exited = new Promise((resolve) => {
            this.#child.once('error', (error) => resolve({ error }));
            this.#child.once('exit', (code, signal) => resolve({ code, signal }));
        });
        this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
        const ended = this.#exited.then((how) => {
            throw new Error(`the ticker ended at once: ${JSON.stringify(how)} ${how.error ?? ''}\n${this.#errors}`);
        });
        try {
            this.url = await within(Promise.race([this.#readUrl(), ended]), 'URL printed by the ticker');
        } catch (error) {
            await this.stop();
            throw error;
        }
        ended.catch(() => {});
    }

    #readUrl() {
        return new Promise((resolve) => {
            let text = '';
            this.#child.stdout.setEncoding('utf8').on('data', (chunk) => {
                text += chunk;
                const found = /listening on (http:\/\/[^\s/]+)/.exec(text);
                if (found && text.includes('\n', found.index)) {
                    resolve(found[1]);
                }
            });
        });
    }

    get port() {
        return Number(new URL(this.url).port);
    }

    // Sends the signal and completes when the process is gone: {code, signal}.
    async stop(signal = 'SIGKILL') {
        if (this.#child.exitCode === null && this.#child.signalCode === null) {
            this.#child.kill(signal);
        }
        return within(this.#exited, `end of the ticker after ${signal}`);
    }
}
