// A sample as a child process. The variables RILL_TICKER, RILL_CHAT and so on name the programs. Each program prints one
// line with its URL when it listens.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export const patience = 60_000; // ms; maximum time for a condition, far above the usual time

// An unset variable is an error and not a skip. A test that does nothing would seem to pass.
export function programOf(sample) {
    const variable = `RILL_${sample.toUpperCase()}`;
    if (!process.env[variable]) {
        throw new Error(`set ${variable} to the path of the ${sample} program`);
    }
    return process.env[variable];
}

// Rejects with a message that names `what` if `promise` is not settled in time.
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

// The same ports as in tests/support/test_ports.hpp. Each test has one of forty ranges of the ports. Therefore a parallel
// test never takes a port whose server is currently stopped.
function ownPorts() {
    const [first, last] = (process.env.RILL_TEST_PORTS ?? '10000-29999').split('-').map(Number);
    if (process.env.RILL_TEST_SLOT === undefined) {
        return [first, last];
    }
    const each = Math.floor((last - first + 1) / 40);
    const from = first + Number(process.env.RILL_TEST_SLOT) * each;
    return [from, from + each - 1];
}

const [firstPort, lastPort] = ownPorts();

async function isFree(port) {
    const probe = createServer();
    // once(probe, 'listening') would reject with the error. Here the error is a valid result.
    const free = await new Promise((resolve) => {
        probe.once('listening', () => resolve(true)).once('error', () => resolve(false));
        probe.listen(port, '127.0.0.1');
    });
    if (free) {
        probe.close();
        await once(probe, 'close');
    }
    return free;
}

// The first of `count` consecutive free ports below the ephemeral range (32768 and up on Linux). While the server is stopped
// between two runs, no outgoing connection can get this port, and a client that retries cannot connect to itself.
export async function stablePort(count = 1) {
    for (let attempt = 0; attempt < 100; ++attempt) {
        const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort + 2 - count));
        const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(port + n)));
        if (!free.includes(false)) {
            return port;
        }
    }
    throw new Error(`no free port between ${firstPort} and ${lastPort}`);
}

export class Sample {
    #name;
    #child;
    #exited;
    #errors = '';
    url;

    // Starts the program and completes when it listens. With port 0 the system selects a port.
    static async start(name, port = 0, args = []) {
        const sample = new Sample();
        sample.#name = name;
        await sample.#launch(programOf(name), port, args);
        return sample;
    }

    async #launch(program, port, args) {
        this.#child = spawn(program, ['--port', String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
        this.#exited = new Promise((resolve) => {
            this.#child.once('error', (error) => resolve({ error }));
            this.#child.once('exit', (code, signal) => resolve({ code, signal }));
        });
        this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
        const ended = this.#exited.then((how) => {
            throw new Error(`${this.#name} ended at once: ${JSON.stringify(how)} ${how.error ?? ''}\n${this.#errors}`);
        });
        try {
            this.url = await within(Promise.race([this.#readUrl(), ended]), `URL printed by ${this.#name}`);
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

    // Sends the signal and completes when the process has ended: {code, signal}.
    async stop(signal = 'SIGKILL') {
        if (this.#child.exitCode === null && this.#child.signalCode === null) {
            this.#child.kill(signal);
        }
        return within(this.#exited, `end of ${this.#name} after ${signal}`);
    }
}
