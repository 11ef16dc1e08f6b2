import { describe, newParticipant } from './rooms.mjs';

const failure = (code, message, error) => ({
  error: { code, message, details: error.message },
});

// One socket's side of the protocol. `gateway` carries io, rooms, media, speech, report.
export function serve(gateway, socket) {
  const { rooms, media, speech } = gateway;
  let session; // {roomId, participantId}: one per socket, overwritten by a second join

  socket.emit('connected', { socketId: socket.id });

  const own = () => {
    if (!session) throw new Error('Participant not in room');
    const room = rooms.get(session.roomId);
    const participant = room.participants.get(session.participantId);
    if (!participant) throw new Error(`Participant ${session.participantId} not found`);
    return { room, participant };
  };
  const others = () => socket.to(session.roomId);

  // A request must be exactly its data objects followed by the ack; anything else is an
  // unhandled exception in production, which stops the server for everybody.
  const request = (name, arity, answer, onError) => {
    socket.on(name, async (...args) => {
      gateway.count(name);
      const ack = args[arity];
      if (typeof ack !== 'function' || args.length !== arity + 1) {
        const shape = args.map((a) => (typeof a === 'function' ? 'ack' : typeof a));
        gateway.violation(name, `wants ${arity} argument(s) and an ack, got [${shape}]`);
        return;
      }
      try {
        const result = await answer(...args.slice(0, arity));
        if (result === undefined) ack();
        else ack(result);
      } catch (error) {
        const result = onError(error);
        if (result === undefined) ack();
        else ack(result);
      }
    });
  };

  request(
    'create-room',
    0,
    async () => {
      gateway.offence('create-room', 'creates a room that may leak');
      return { roomId: (await rooms.createStamped()).id };
    },
    (error) => failure('ERR_CREATE_ROOM', 'Không thể tạo room', error),
  );

  request(
    'join-room',
    1,
    async (data) => {
      const { roomId, name } = data;
      if (!roomId || !name) {
        const message = 'roomId và name là bắt buộc';
        return { success: false, error: { code: 'ERR_INVALID_INPUT', message } };
      }
      if (session) gateway.offence('join-room', 'second join on one socket: a ghost');
      const room = await rooms.find(roomId);
      const participant = newParticipant(data);
      const present = [...room.participants.values()].map(describe);
      room.participants.set(participant.id, participant);
      session = { roomId: room.id, participantId: participant.id };
      socket.join(room.id);
      others().emit('participant-joined', { ...describe(participant), producers: [] });
      return {
        success: true,
        roomId: room.id,
        participantId: participant.id,
        participants: present,
        rtpCapabilities: room.router.rtpCapabilities,
      };
    },
    (error) => {
      const created = error.message === 'No workers available';
      const code = created ? 'ERR_CREATE_ROOM' : 'ERR_JOIN_ROOM';
      return { success: false, ...failure(code, 'Không thể join room', error) };
    },
  );

  // The completing departure erases whatever session the socket has by then: a join that
  // overtook a pending leave ends as a permanent ghost.
  const depart = async () => {
    if (!session) return;
    const { roomId, participantId } = session;
    await speech.stop(participantId);
    if (rooms.leave(roomId, participantId)) {
      socket.to(roomId).emit('participant-left', { participantId });
    }
    socket.leave(roomId);
    session = undefined;
  };

  socket.on('leave-room', async (...args) => {
    gateway.count('leave-room');
    if (args.length > 0 && typeof args[0] !== 'function') {
      gateway.offence('leave-room', 'carries data: never answered');
    }
    await depart();
    if (typeof args[0] === 'function') args[0]();
  });
  socket.on('disconnect', depart);

  request(
    'create-webrtc-transport',
    1,
    async (data) => {
      const { room, participant } = own();
      const direction = data.producing ? 'sendTransport' : 'recvTransport';
      if (participant[direction]) {
        gateway.offence('create-webrtc-transport', `second ${direction}: the first leaks`);
      }
      const transport = await media.createTransport(room.router);
      participant[direction] = transport;
      return {
        id: transport.id,
        iceParameters: transport.iceParameters,
        iceCandidates: transport.iceCandidates,
        dtlsParameters: transport.dtlsParameters,
      };
    },
    (error) => failure('ERR_CREATE_TRANSPORT', 'Không thể tạo transport', error),
  );

  request(
    'connect-webrtc-transport',
    1,
    async ({ transportId, dtlsParameters }) => {
      const { participant } = own();
      const current = [participant.sendTransport, participant.recvTransport];
      const transport = current.find((t) => t?.id === transportId);
      if (!transport) throw new Error('Transport not found');
      await transport.connect({ dtlsParameters });
      return {};
    },
    (error) => ({ error: error.message }),
  );

  request(
    'produce',
    1,
    async ({ kind, rtpParameters }) => {
      const { room, participant } = own();
      const transport = participant.sendTransport;
      if (!transport) throw new Error('Participant or send transport not found');
      const { roomId } = session;
      const producer = await transport.produce({ kind, rtpParameters });
      participant.producers.set(producer.id, producer);
      producer.on('transportclose', () => participant.producers.delete(producer.id));
      if (kind === 'audio') await speech.start(room.router, participant.id, producer);
      // Announced even when its owner has left meanwhile.
      socket.to(roomId).emit('new-producer', {
        producerId: producer.id,
        participantId: participant.id,
        kind,
      });
      return { producerId: producer.id };
    },
    (error) => failure('ERR_CREATE_PRODUCER', 'Không thể tạo producer', error),
  );

  request(
    'consume',
    1,
    async ({ producerId, rtpCapabilities }) => {
      const { room, participant } = own();
      const transport = participant.recvTransport;
      if (!transport) throw new Error('Participant or recv transport not found');
      if (!room.router.canConsume({ producerId, rtpCapabilities })) {
        throw new Error('Cannot consume producer with given RTP capabilities');
      }
      const again = [...participant.consumers.values()].some((c) => c.producerId === producerId);
      if (again) gateway.offence('consume', 'the same producer twice');
      const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
      participant.consumers.set(consumer.id, consumer);
      consumer.on('producerclose', () => participant.consumers.delete(consumer.id));
      consumer.on('transportclose', () => participant.consumers.delete(consumer.id));
      const { id, kind, rtpParameters } = consumer;
      return { id, producerId, kind, rtpParameters };
    },
    (error) => failure('ERR_CREATE_CONSUMER', 'Không thể tạo consumer', error),
  );

  const onConsumer = (name, act) =>
    request(
      name,
      1,
      async ({ consumerId }) => {
        const consumer = own().participant.consumers.get(consumerId);
        if (!consumer) throw new Error('Consumer not found');
        await act(consumer);
      },
      (error) => {
        gateway.report({ event: 'hidden-failure', request: name, error: error.message });
        return undefined; // failure looks like success
      },
    );
  onConsumer('resume-consumer', (consumer) =>
    gateway.options.ignoreResume ? undefined : consumer.resume(),
  );
  onConsumer('pause-consumer', (consumer) => consumer.pause());

  const onProducer = (name, act) =>
    request(
      name,
      1,
      async ({ producerId }) => {
        const producer = own().participant.producers.get(producerId);
        if (!producer) throw new Error('Producer not found');
        await act(producer);
      },
      (error) => ({ error: { message: error.message } }),
    );
  onProducer('pause-producer', (producer) => producer.pause());
  onProducer('resume-producer', (producer) => producer.resume());

  request(
    'close-producer',
    1,
    async ({ producerId }) => {
      const { participant } = own();
      const producer = participant.producers.get(producerId);
      if (!producer) throw new Error('Producer not found');
      participant.producers.delete(producerId);
      producer.close();
      if (producer.kind === 'audio') await speech.stop(participant.id);
      others().emit('producer-closed', { producerId });
    },
    () => undefined,
  );

  socket.on('get-router-rtp-capabilities', (ack) => {
    gateway.count('get-router-rtp-capabilities');
    try {
      const capabilities = own().room.router.rtpCapabilities;
      if (typeof ack !== 'function') throw new Error('callback is not a function');
      ack(capabilities);
    } catch (error) {
      socket.emit('error', { code: 'ERR_GET_RTP_CAPABILITIES', message: error.message });
    }
  });

  // Never answered, dropped without a word when not joined.
  socket.on('chat-message', (data) => {
    gateway.count('chat-message');
    if (!session || !data) return;
    const { sender, text, timestamp } = data;
    const message = { sender, text, timestamp: timestamp ?? Date.now(), roomId: session.roomId };
    gateway.io.to(session.roomId).emit('chat-message', message);
  });
  for (const name of ['screen-share-started', 'screen-share-stopped']) {
    socket.on(name, (data) => {
      gateway.count(name);
      if (!session || !data) return;
      const { participantId } = session;
      others().emit(name, { participantId, roomId: data.roomId });
    });
  }
  socket.on('update-language', (data) => {
    gateway.count('update-language');
    if (!session) return;
    if (data === null || typeof data !== 'object') {
      gateway.violation('update-language', 'without data');
      return;
    }
    const { participant } = own();
    participant.sourceLanguage = data.sourceLanguage ?? participant.sourceLanguage;
    participant.targetLanguage = data.targetLanguage ?? participant.targetLanguage;
  });
}
