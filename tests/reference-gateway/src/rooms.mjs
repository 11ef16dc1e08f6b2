import { effectiveRoomId, stampedId } from './room-id.mjs';

// Rooms exist in memory only; only a departure closes one.
export class Rooms {
  constructor(media) {
    this.media = media;
    this.rooms = new Map();
  }

  get(id) {
    const room = this.rooms.get(id);
    if (!room) throw new Error(`Room ${id} not found`);
    return room;
  }

  // The room that somebody is in.
  of(participantId) {
    return [...this.rooms.values()].find((room) => room.participants.has(participantId));
  }

  // Two first joiners race here exactly as in production: the router is awaited between
  // the check and the entry, and the later one fails.
  async create(id) {
    const router = await this.media.createRouter();
    if (this.rooms.has(id)) {
      router.close();
      throw new Error(`Room ${id} already exists`);
    }
    const room = { id, router, createdAt: Date.now(), participants: new Map() };
    this.rooms.set(id, room);
    return room;
  }

  async find(requested) {
    const id = effectiveRoomId(requested);
    return this.rooms.get(id) ?? this.create(id);
  }

  async createStamped() {
    return this.create(stampedId('room'));
  }

  leave(roomId, participantId) {
    const room = this.rooms.get(roomId);
    const participant = room?.participants.get(participantId);
    if (!participant) return false;
    room.participants.delete(participantId);
    participant.sendTransport?.close();
    participant.recvTransport?.close();
    if (room.participants.size === 0) {
      room.router.close();
      this.rooms.delete(roomId);
    }
    return true;
  }

  report() {
    const rooms = [...this.rooms.values()].map((room) => ({
      roomId: room.id,
      participantCount: room.participants.size,
      createdAt: room.createdAt,
      uptime: Date.now() - room.createdAt,
    }));
    return { totalRooms: rooms.length, rooms };
  }
}

export function newParticipant(data) {
  return {
    id: stampedId('participant'),
    name: data.name,
    userid: data.userid,
    joinedAt: Date.now(),
    sourceLanguage: data.sourceLanguage,
    targetLanguage: data.targetLanguage,
    producers: new Map(),
    consumers: new Map(),
    captionSeq: 0,
  };
}

// As others see a participant: languages are absent when none were sent.
export function describe(participant) {
  return {
    id: participant.id,
    name: participant.name,
    joinedAt: participant.joinedAt,
    sourceLanguage: participant.sourceLanguage,
    targetLanguage: participant.targetLanguage,
    producers: [...participant.producers.values()].map(({ id, kind }) => ({ id, kind })),
  };
}
