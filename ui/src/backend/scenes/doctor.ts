import {
  RUNGS,
  type DoctorEvidence,
  type DoctorFinding,
  type DoctorProgress,
  type DoctorResult,
  type Rung,
  type Verdict,
} from '../doctor';

/** What the doctor sends in a recorded run, in the language of the settings. */
export type DoctorScene = (language: 'en' | 'vi') => DoctorProgress[];

type Words = Record<'en' | 'vi', string>;

interface Recorded {
  rung: Rung;
  verdict?: Verdict;
  finding?: { cause: string; what: Words; person?: Words; operator?: Words; alternatives?: Words[] };
  evidence?: [what: string, seen: string][];
  blockedBy?: Rung;
  tookMs?: number;
}

const well: Recorded[] = [
  {
    rung: 'link',
    evidence: [
      ['site', 'https://jbcalling.site'],
      ['room', '(removed)'],
    ],
    tookMs: 0,
  },
  {
    rung: 'address',
    evidence: [
      ['jbcalling.site', '203.0.113.14, 2001:db8::14'],
      ['webrtc.jbcalling.site', '203.0.113.15'],
      ['proxy', 'none'],
    ],
    tookMs: 21,
  },
  {
    rung: 'tls',
    evidence: [
      ['203.0.113.15:443', 'TLS 1.3, 34 ms'],
      ['certificate', '*.jbcalling.site, issued by R11, until 2027-01-09'],
      ['ALPN', 'h2, http/1.1'],
      ['clock', '0.4 s apart'],
    ],
    tookMs: 78,
  },
  {
    rung: 'site',
    evidence: [
      ['GET /', '200 text/html; charset=utf-8'],
      ['GET /env-config.js', '200 application/javascript, names a gateway'],
    ],
    tookMs: 96,
  },
  {
    rung: 'services',
    evidence: [['GET /health', '200 {"status":"healthy","workers":4,"rooms":3}']],
    tookMs: 44,
  },
  {
    rung: 'polling',
    evidence: [
      ['GET handshake', '200 text/plain; charset=UTF-8'],
      ['body', '0{"sid":"…","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}'],
      ['POST 40', '200 OK'],
    ],
    tookMs: 131,
  },
  { rung: 'websocket', evidence: [['GET handshake', '101 Switching Protocols']], tookMs: 62 },
  {
    rung: 'namespace',
    evidence: [
      ['40', '40{"sid":"…"}'],
      ['ack round trip', '18 ms, 19 ms, 18 ms'],
    ],
    tookMs: 74,
  },
  { rung: 'cors', evidence: [['access-control-allow-origin', 'https://jbcalling.site']], tookMs: 35 },
  { rung: 'room', evidence: [['join-room', 'joined as the only one']], tookMs: 58 },
  { rung: 'capacity', evidence: [['media ports', '1,994 of 2,000 free']], tookMs: 1 },
  {
    rung: 'ice',
    evidence: [
      ['udp4 203.0.113.15:40112', '5 of 5 answered, 17 ms'],
      ['tcp4 203.0.113.15:40112', 'connected, 18 ms'],
    ],
    tookMs: 240,
  },
  { rung: 'turn', verdict: 'skipped', tookMs: 0 },
  { rung: 'dtls', evidence: [['DTLS 1.2', 'connected, server role, 41 ms']], tookMs: 41 },
  {
    rung: 'media',
    evidence: [
      ['there and back', '43 ms, loss 0.0 %, jitter 0.8 ms'],
      ['level', '-12.1 dB of -12.0 dB'],
    ],
    tookMs: 3120,
  },
  { rung: 'pipeline', evidence: [['caption', 'after 1.3 s']], tookMs: 2410 },
  {
    rung: 'machine',
    evidence: [
      ['microphone', 'not opened: not allowed for this test'],
      ['output', '48000 Hz'],
      ['processor', '8 % used'],
      ['loop through the embedded gateway', 'works, 12 ms'],
    ],
    tookMs: 910,
  },
];

function changed(changes: Recorded[]): Recorded[] {
  return well.map((one) => changes.find(({ rung }) => rung === one.rung) ?? one);
}

function progress(recorded: Recorded[], language: 'en' | 'vi'): DoctorProgress[] {
  return recorded.flatMap((one): DoctorProgress[] => [
    { type: 'started', rung: one.rung },
    { type: 'judged', result: result(one, language) },
  ]);
}

function result(one: Recorded, language: 'en' | 'vi'): DoctorResult {
  const { rung, verdict = 'ok', finding, evidence = [], blockedBy = null, tookMs = 0 } = one;
  const findings: DoctorFinding[] = [];
  if (finding) {
    findings.push({
      cause: finding.cause,
      verdict,
      what: finding.what[language],
      person: finding.person?.[language] ?? null,
      operator: finding.operator?.[language] ?? null,
      alternatives: (finding.alternatives ?? []).map((words) => words[language]),
    });
  }
  const shown = evidence.map(([what, seen]): DoctorEvidence => ({ what, seen }));
  return { rung, verdict, findings, evidence: shown, blockedBy, tookMs };
}

function finished(recorded: Recorded[], verdict: Verdict, culprit: Rung | null): DoctorProgress {
  const lines = recorded.map((one) => `${one.rung}: ${one.verdict ?? 'ok'}`);
  return { type: 'finished', verdict, culprit, text: lines.join('\n') };
}

const optional: Recorded = {
  rung: 'cors',
  verdict: 'warning',
  finding: {
    cause: 'cors-off',
    what: {
      en: 'The gateway tells browsers of no origin that may use it. This program needs none; browsers are kept out.',
      vi: 'Cổng gọi không cho trình duyệt biết trang nào được dùng. Chương trình này không cần; trình duyệt thì bị chặn.',
    },
    operator: {
      en: 'Set cors_allowed_origins of the Socket.IO server to the origin of the web site.',
      vi: 'Đặt cors_allowed_origins của máy chủ Socket.IO thành địa chỉ trang web.',
    },
  },
  evidence: [['access-control-allow-origin', '(none)']],
  tookMs: 33,
};

const announced: Recorded = {
  rung: 'ice',
  verdict: 'failed',
  finding: {
    cause: 'announced-private',
    what: {
      en: 'The media server tells everybody to send the sound to 10.0.3.7. That address exists only inside its own network, so no sound gets through.',
      vi: 'Máy chủ âm thanh yêu cầu gửi âm thanh tới 10.0.3.7. Địa chỉ đó chỉ có trong mạng riêng của nó, nên âm thanh không tới được.',
    },
    person: {
      en: 'Nothing on this computer. Save the report and send it to whoever runs the server.',
      vi: 'Không cần làm gì trên máy này. Hãy lưu báo cáo và gửi cho người vận hành máy chủ.',
    },
    operator: {
      en: 'Set ANNOUNCED_IP of the gateway to its public address, 203.0.113.15, and start it again.',
      vi: 'Đặt ANNOUNCED_IP của cổng gọi thành địa chỉ công khai 203.0.113.15 rồi khởi động lại.',
    },
    alternatives: [
      {
        en: 'The server is meant to be reached through a VPN that is not connected here.',
        vi: 'Máy chủ phải được truy cập qua một mạng riêng ảo chưa kết nối ở đây.',
      },
      {
        en: 'A relay should be offered, and is not.',
        vi: 'Đáng lẽ phải có máy chuyển tiếp nhưng lại không có.',
      },
    ],
  },
  evidence: [
    ['announced', '10.0.3.7 udp 40112, tcp 40112'],
    ['webrtc.jbcalling.site', '203.0.113.15'],
    ['STUN to 10.0.3.7:40112', '14 sent, 0 answered'],
  ],
  tookMs: 5020,
};

const busy: Recorded = {
  rung: 'machine',
  verdict: 'failed',
  finding: {
    cause: 'capture-silent',
    what: {
      en: 'The microphone “USB Headset Pro” opens, but gives no sound at all: 2.0 s of digital silence. The server is not to blame: a call through it works.',
      vi: 'Micrô “USB Headset Pro” mở được nhưng không có chút âm thanh nào: 2,0 giây hoàn toàn im lặng. Máy chủ không có lỗi: cuộc gọi qua nó hoạt động.',
    },
    person: {
      en: 'Look for a mute switch on the headset or its cable, or choose another microphone in the settings.',
      vi: 'Hãy tìm nút tắt tiếng trên tai nghe hoặc dây của nó, hoặc chọn micrô khác trong cài đặt.',
    },
    alternatives: [
      {
        en: 'The system does not let this program use the microphone.',
        vi: 'Hệ thống không cho phép chương trình này dùng micrô.',
      },
    ],
  },
  evidence: [
    ['capture', '48000 Hz, 2 channels, callback every 10 ms'],
    ['level', 'peak -inf dB in 2.0 s'],
    ['loop through the embedded gateway', 'works, 12 ms'],
  ],
  tookMs: 2140,
};

const blocked = (rung: Rung): Recorded => ({ rung, verdict: 'skipped', blockedBy: 'ice' });

const serverBroken = changed([announced, optional, ...(['dtls', 'media', 'pipeline'] as const).map(blocked)]);
const machineBroken = changed([busy]);
const remarks = changed([optional]);
const RUNNING = 7;

/** A record whose service answers at another path than the one that is asked. */
const recordBroken: Recorded[] = [
  { rung: 'link', evidence: [['service', 'https://collab.clinic.example'], ['record', '(removed)']] },
  { rung: 'address', evidence: [['collab.clinic.example', '203.0.113.40']], tookMs: 19 },
  { rung: 'tls', evidence: [['203.0.113.40:443', 'TLS 1.3, 31 ms']], tookMs: 66 },
  {
    rung: 'endpoint',
    verdict: 'failed',
    finding: {
      cause: 'path-without-slash',
      what: {
        en: 'The service answers at /socket.io, but not at /socket.io/ with a slash at its end, which this program and most others ask.',
        vi: 'Dịch vụ trả lời ở /socket.io, nhưng không trả lời ở /socket.io/ có dấu gạch chéo cuối, là nơi chương trình này và hầu hết chương trình khác hỏi tới.',
      },
      person: {
        en: 'Nothing can be done on this computer. Tell the operator.',
        vi: 'Không làm được gì trên máy này. Hãy báo cho người vận hành.',
      },
      operator: {
        en: 'Let the proxy pass on everything that begins with /socket.io, also /socket.io/.',
        vi: 'Hãy cho proxy chuyển tiếp mọi thứ bắt đầu bằng /socket.io, kể cả /socket.io/.',
      },
    },
    evidence: [
      ['GET /socket.io/', '404 text/html'],
      ['GET /socket.io', '200 text/plain; charset=UTF-8'],
    ],
    tookMs: 88,
  },
  ...(['polling', 'websocket', 'namespace', 'vocabulary'] as const).map(
    (rung): Recorded => ({ rung, verdict: 'skipped', blockedBy: 'endpoint' }),
  ),
];

export const doctors = {
  ok: (language) => [...progress(well, language), finished(well, 'ok', null)],
  warning: (language) => [...progress(remarks, language), finished(remarks, 'warning', null)],
  running: (language) => [
    ...progress(well.slice(0, RUNNING), language),
    { type: 'started', rung: RUNGS.call[RUNNING] ?? 'machine' },
  ],
  serverBroken: (language) => [
    ...progress(serverBroken, language),
    finished(serverBroken, 'failed', 'ice'),
  ],
  machineBroken: (language) => [
    ...progress(machineBroken, language),
    finished(machineBroken, 'failed', 'machine'),
  ],
  recordBroken: (language) => [
    ...progress(recordBroken, language),
    finished(recordBroken, 'failed', 'endpoint'),
  ],
} satisfies Record<string, DoctorScene>;
