// A TCP proxy that cuts each connection about a second after the begin of the response. It never cuts the head of the response. A
// browser accepts a truncated head as complete, and then closes the EventSource because the type is not an event stream.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class CuttingProxy {
    cuts = 0;
    #options;
    #server;
    #sockets = new Set();

    // `betweenEvents`: a connection ends after a complete event, with a FIN. Otherwise it ends at any byte, with a FIN or
    // RST. `forgetful`: Last-Event-ID does not reach the server.
    static async to(port, { betweenEvents = false, forgetful = false, least = 600, most = 1400 } = {}) {
        const proxy = new CuttingProxy();
        proxy.#options = { betweenEvents, forgetful, least, most };
        proxy.#server = createServer((client) => proxy.#relay(client, port));
        proxy.#server.listen(0, '127.0.0.1');
        await once(proxy.#server, 'listening');
        proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
        return proxy;
    }

    #relay(client, port) {
        const { betweenEvents, forgetful, least, most } = this.#options;
        const server = connect(port, '127.0.0.1');
        for (const socket of [client, server]) {
            this.#sockets.add(socket);
            socket.on('error', () => {}); // the other side gets the end of the connection
            socket.on('close', () => {
                this.#sockets.delete(socket);
                clearTimeout(timer);
                client.destroy();
                server.destroy();
            });
        }
        let due = false;
        let timer;
        client.on('data', (data) => server.write(forgetful ? data.toString('latin1').replace(/^last-event-id:/im, 'X-Forgotten:') : data, 'latin1'));
        server.once('data', () => (timer = setTimeout(() => (due = true), least + Math.random() * (most - least))));
        server.on('data', (data) => {
            if (!due || (betweenEvents && !data.toString('latin1').endsWith('\n\n\r\n'))) {
                client.write(data);
                return;
            }
            ++this.cuts;
            server.removeAllListeners('data');
            if (betweenEvents) {
                client.end(data);
            } else {
                const reset = Math.random() < 0.5;
                client.write(data.subarray(0, Math.floor(Math.random() * data.length)), () => (reset ? client.resetAndDestroy() : client.end()));
            }
        });
    }

    async close() {
        this.#server.close();
        this.#sockets.forEach((socket) => socket.destroy());
        await once(this.#server, 'close');
    }
}
