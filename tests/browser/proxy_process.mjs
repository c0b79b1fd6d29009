// nginx, HAProxy and Caddy as child processes, with the configurations of docs/proxies. In front of several servers, the proxies
// have the upstream block of docs/scaling.md. This file lists each line that the tests change.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stablePort, within } from './sample_process.mjs';

const path = `${process.env.PATH}:/usr/sbin:/sbin`; // the directories of servers in Debian, which are often not in the PATH of users
const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

// For each proxy: its configuration, the changes for the tests, and the commands that start the proxy and reload the configuration.
const kinds = {
    nginx: {
        file: 'nginx.conf',
        upstream: /upstream rill \{[^}]*\}/,
        changes: (dir, { port, securePort }) => [
            ['user www-data;', 'user root; daemon off;'], // "user" has an effect only if the test runs as root
            ['pid /run/nginx.pid;', `pid ${dir}/pid;`],
            ['error_log /var/log/nginx/error.log;', 'error_log stderr;'],
            ['access_log /var/log/nginx/access.log;', [
                `log_format rill '$upstream_addr $status $request';`, // see served()
                `access_log ${dir}/access rill;`,
                ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((use) => `${use}_temp_path ${dir}/${use};`),
            ].join('\n')],
            ['listen 80;', `listen 127.0.0.1:${port};`],
            ['listen 443 ', `listen 127.0.0.1:${securePort} `],
            ['/etc/ssl/certs/rill.pem', `${dir}/certificate`],
            ['/etc/ssl/private/rill.key', `${dir}/key`],
        ],
        log: (dir) => readFile(join(dir, 'access'), 'utf8'),
        command: (dir, file) => ['nginx', '-e', 'stderr', '-p', dir, '-c', file],
        reload: (child) => child.kill('SIGHUP'),
    },
    haproxy: {
        file: 'haproxy.cfg',
        upstream: /^backend rill\n(    .*\n)+/m,
        changes: (dir, { port, securePort }) => [
            ['    user haproxy\n    group haproxy\n    chroot /var/lib/haproxy\n', ''],
            ['log /dev/log local0\n', 'log stdout format raw local0\n'],
            ['option httplog', 'log-format "%si:%sp %ST %{+Q}r"'], // see served()
            ['maxconn 30000', 'maxconn 400'], // HAProxy does not start if its descriptors are not enough for maxconn
            ['bind :80', `bind 127.0.0.1:${port}`],
            ['bind :443', `bind 127.0.0.1:${securePort}`],
            ['/etc/haproxy/rill.pem', `${dir}/both`],
        ],
        log: (dir, output) => output,
        command: (dir, file) => ['haproxy', '-W', '-f', file],
        reload: (child) => child.kill('SIGUSR2'),
    },
    caddy: {
        file: 'Caddyfile',
        changes: (dir) => [
            ['\tgrace_period', `\tadmin unix/${dir}/admin\n\tauto_https off\n\tgrace_period`],
            ['example.org {', '(site) {'],
        ],
        // For a host name, Caddy configures both ports and a certificate automatically. The tests need these lines.
        more: (dir, { port, securePort }) => [
            `http://:${port} {`, 'bind 127.0.0.1', 'import site', '}',
            `https://:${securePort} {`, 'bind 127.0.0.1', `tls ${dir}/certificate ${dir}/key`, 'import site', '}',
        ].join('\n'),
        end: 'SIGKILL', // after SIGTERM Caddy would wait for its streams; it has no worker processes
        command: (dir, file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
        async reload(child, dir, file) {
            const args = ['reload', '--adapter', 'caddyfile', '--config', file, '--address', `unix/${dir}/admin`];
            const [code] = await once(spawn('caddy', args, { env: environment(dir), stdio: 'ignore' }), 'exit');
            if (code !== 0) {
                throw new Error(`caddy reload: ${code}`);
            }
        },
    },
};

const environment = (dir) => ({ PATH: path, HOME: dir, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir });

const isInstalled = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env: { PATH: path } }).status === 0;

// The tested proxy, and the reason to skip its tests.
export const name = process.env.RILL_PROXY;
if (!(name in kinds)) {
    throw new Error('set RILL_PROXY to nginx, haproxy or caddy');
}
export const skip = isInstalled(name) ? false : `SKIPPED: ${name} is not installed`;

// Returns the major version, or NaN if it is unknown.
export function majorVersion() {
    const { stdout } = spawnSync(name, ['-v'], { env: { PATH: path }, encoding: 'utf8' });
    return Number(/version (\d+)\./.exec(stdout ?? '')?.[1]);
}

// Each change must match exactly once. Otherwise the test would not run the documented configuration.
function changed(text, changes) {
    for (const [from, to] of changes) {
        if (text.split(from).length !== 2) {
            throw new Error(`there must be one ${JSON.stringify(from)} in the configuration`);
        }
        text = text.replace(from, () => to);
    }
    return text;
}

// Replaces the upstream of the configuration by the block of docs/scaling.md, which must be the only one in its language.
async function withScalingBlock(text, { file, upstream }) {
    const language = file.split('.')[0];
    const page = await readFile(join(docs, 'scaling.md'), 'utf8');
    const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((block) => block[1] === language);
    const from = upstream.exec(text);
    if (blocks.length !== 1 || !from) {
        throw new Error(`there must be one block of ${language} in docs/scaling.md, and one upstream in docs/proxies/${file}`);
    }
    return changed(text, [[from[0], blocks[0][2]]]);
}

// Creates a self-signed certificate for localhost and 127.0.0.1, as files: certificate, key, and both in one.
async function makeCertificate(dir) {
    const [certificate, key] = ['certificate', 'key'].map((file) => join(dir, file));
    await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate]);
    const made = await readFile(certificate, 'utf8');
    await writeFile(join(dir, 'both'), made + (await readFile(key, 'utf8')));
    return made;
}

export class Proxy {
    #kind;
    #dir;
    #child;
    #exited;
    #output = '';
    port;
    securePort;
    certificate; // clients trust this certificate

    // Starts the proxy, and completes when it listens. `upstream` is the port of the server, or a list of the ports of several
    // servers. `changes` are additional changes of the configuration. The proxy listens on `port`, or on a free one.
    static async start(name, upstream, changes = [], port = undefined) {
        const proxy = new Proxy();
        proxy.#kind = kinds[name];
        proxy.#dir = await mkdtemp(join(tmpdir(), `rill-${name}-`));
        try {
            proxy.port = port ?? (await stablePort());
            do {
                proxy.securePort = await stablePort();
            } while (proxy.securePort === proxy.port);
            proxy.certificate = await makeCertificate(proxy.#dir);
            await proxy.#configure(upstream, changes);
            await proxy.#launch(name);
        } catch (error) {
            await proxy.stop();
            throw error;
        }
        return proxy;
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    // The URL for HTTP/2. It has an IP address, because a machine may not resolve even localhost. The client passes the name to TLS.
    get secureUrl() {
        return `https://127.0.0.1:${this.securePort}`;
    }

    get #file() {
        return join(this.#dir, 'config');
    }

    async #configure(upstream, changes) {
        const one = await readFile(join(docs, 'proxies', this.#kind.file), 'utf8');
        const recipe = Array.isArray(upstream) ? await withScalingBlock(one, this.#kind) : one;
        const servers = Array.isArray(upstream)
            ? upstream.map((port, n) => [`10.0.0.1${n + 1}:8080`, `127.0.0.1:${port}`])
            : [['127.0.0.1:8080', `127.0.0.1:${upstream}`]];
        const own = [...this.#kind.changes(this.#dir, this), ...servers];
        await mkdir(this.#dir, { recursive: true });
        const more = this.#kind.more?.(this.#dir, this) ?? '';
        await writeFile(this.#file, `${changed(changed(recipe, changes), own)}${more}\n`);
    }

    async #launch(name) {
        // If this process ends first, the proxy gets SIGTERM. Then nginx and HAProxy also end their workers.
        const command = ['--pdeathsig', 'TERM', ...this.#kind.command(this.#dir, this.#file)];
        this.#child = spawn('setpriv', command, { env: environment(this.#dir), stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.#child.stdout, this.#child.stderr]) {
            stream.setEncoding('utf8').on('data', (text) => (this.#output += text));
        }
        this.#exited = once(this.#child, 'exit');
        const ended = this.#exited.then(() => {
            throw new Error(`${name} has ended:\n${this.#output}`);
        });
        ended.catch(() => {});
        await within(Promise.race([this.#listens(), ended]), `${name} that listens`);
    }

    async #listens() {
        for (;; await delay(20)) {
            const probe = connect(this.port, '127.0.0.1');
            const open = await once(probe, 'connect').then(() => true, () => false);
            probe.destroy();
            if (open) {
                return;
            }
        }
    }

    // Returns the requests that nginx or HAProxy has finished, in the order of their ends. `port` is the port of the server that
    // has answered.
    async served() {
        const log = await this.#kind.log(this.#dir, this.#output);
        return [...log.matchAll(/:(\d+) (\d+) "?([A-Z]+) (\S+) HTTP\/1.1"?$/gm)].map(([, port, status, method, target]) => {
            return { port: Number(port), status: Number(status), method, target };
        });
    }

    // Reloads the same configuration with another upstream port.
    async reload(upstream) {
        await this.#configure(upstream, []);
        await this.#kind.reload(this.#child, this.#dir, this.#file);
    }

    // Ends the proxy immediately, even with open requests.
    async stop() {
        if (this.#child?.exitCode === null && this.#child.signalCode === null) {
            this.#child.kill(this.#kind.end ?? 'SIGTERM');
            await within(this.#exited, 'end of the proxy').catch(() => this.#child.kill('SIGKILL'));
        }
        await rm(this.#dir, { recursive: true, force: true });
    }
}
