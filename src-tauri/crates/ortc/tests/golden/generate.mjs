// Runs the capability algebra of mediasoup-client (and canConsume of mediasoup) on every router
// and device in this folder, and writes what it gives to expected.json. The Rust crate must give
// the same.
import { createRequire } from 'node:module';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
// The packages export their public API only.
const inside = (name, path) => require(join(here, 'node_modules', name, path));
const client = inside('mediasoup-client', 'lib/ortc.js');
const server = inside('mediasoup', 'node/lib/ortc.js');

const clone = (value) => JSON.parse(JSON.stringify(value));
const load = (folder) =>
  Object.fromEntries(
    readdirSync(join(here, folder))
      .sort()
      .map((file) => [
        file.replace(/\.json$/, ''),
        JSON.parse(readFileSync(join(here, folder, file), 'utf-8')),
      ]),
  );
const attempt = (run) => {
  try {
    return run();
  } catch {
    return null;
  }
};
const valid = (capabilities) => {
  const copy = clone(capabilities);
  client.validateAndNormalizeRtpCapabilities(copy);
  return copy;
};

const [routers, devices, parameters] = ['routers', 'devices', 'parameters'].map(load);
const expected = [];
for (const [router, remote] of Object.entries(routers)) {
  for (const [device, local] of Object.entries(devices)) {
    for (const preferLocal of [false, true]) {
      const extended = client.getExtendedRtpCapabilities(valid(local), valid(remote), preferLocal);
      const recv = client.getRecvRtpCapabilities(clone(extended));
      const kinds = Object.fromEntries(
        ['audio', 'video'].map((kind) => {
          const sending = client.getSendingRtpParameters(kind, clone(extended));
          const sendingRemote = client.getSendingRemoteRtpParameters(kind, clone(extended));
          return [
            kind,
            {
              canSend: client.canSend(kind, client.getSendRtpCapabilities(clone(extended))),
              sending,
              sendingRemote,
              firstCodec: sending.codecs.length ? client.reduceCodecs(clone(sending.codecs)) : null,
              codecFor: valid(local).codecs.map((codec) =>
                attempt(() => client.reduceCodecs(clone(sending.codecs), codec)),
              ),
            },
          ];
        }),
      );
      expected.push({
        router,
        device,
        preferLocal,
        extended,
        recv,
        send: client.getSendRtpCapabilities(clone(extended)),
        kinds,
        canReceive: Object.fromEntries(
          Object.entries(parameters).map(([name, value]) => [
            name,
            client.canReceive(clone(value), clone(recv)),
          ]),
        ),
        canConsume: Object.fromEntries(
          Object.entries(parameters)
            .filter(([name]) => name.startsWith('consume-'))
            .map(([name, value]) => [name, server.canConsume(clone(value), clone(recv))]),
        ),
      });
    }
  }
}
writeFileSync(join(here, 'expected.json'), `${JSON.stringify(expected, null, 1)}\n`);
console.log(`${expected.length} cases`);
