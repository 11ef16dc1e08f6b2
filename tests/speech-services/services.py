"""Recognition, translation and speech in the shapes of the services in production, with faults.

/stt, /translation and /tts are the three services. `GET /faults?translation=500` breaks one until
it is told otherwise; without a value it is well again. /env-config.js is that of a site which names
them, with the gateway of `GET /gateway?url=…`.
"""

import asyncio
import base64
import io
import math
import struct
import time
import wave
from typing import Literal

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

HEARD = {
    "en": "Hello everyone, this is a test of the captions.",
    "vi": "xin chào các bạn",
}
KNOWN = {
    "en2vi": "Xin chào mọi người, đây là một bài kiểm tra phụ đề.",
    "vi2en": "Hello everyone.",
}
RATE = 22050

faults = {"stt": "", "translation": "", "tts": ""}
app = FastAPI()


@app.get("/faults")
async def break_some(stt: str = "", translation: str = "", tts: str = ""):
    faults.update(stt=stt, translation=translation, tts=tts)
    return faults


site = {"gateway": ""}


@app.get("/gateway")
async def name_gateway(url: str):
    site["gateway"] = url
    return site


@app.get("/env-config.js")
async def env_config(request: Request):
    base = str(request.base_url).rstrip("/")
    values = {
        "REACT_APP_GATEWAY_URL": site["gateway"],
        "REACT_APP_TRANSLATION_SERVICE_URL": f"{base}/translation",
        "REACT_APP_TRANSLATION_SERVICE_TYPE": "auto",
        "REACT_APP_TTS_SERVICE_URL": f"{base}/tts",
        "REACT_APP_STT_SERVICE_URL": f"{base}/stt",
    }
    lines = "".join(f'  {key}: "{value}",\n' for key, value in values.items())
    script = f"window._env_ = {{\n{lines}}};\n"
    return Response(script, media_type="application/javascript")


async def misbehave(service):
    if faults[service] == "hang":
        await asyncio.sleep(60)
    if faults[service].isdigit():
        raise HTTPException(int(faults[service]), f"{service} failed")


stt = FastAPI()


class Utterance(BaseModel):
    participant_id: str
    audio_data: str
    sample_rate: int = 16000
    channels: int = 1
    format: str = "pcm16"
    language: str = "vi"


@stt.get("/health")
async def stt_health():
    return {"status": "ok", "models": ["vi", "en"], "engine": "sherpa-onnx"}


@stt.post("/api/v1/transcribe-stream")
async def transcribe(utterance: Utterance):
    await misbehave("stt")
    if faults["stt"] == "slow":
        await asyncio.sleep(3.6)
    if not base64.b64decode(utterance.audio_data):
        raise HTTPException(400, "no sound")
    text = HEARD.get(utterance.language, "")
    if faults["stt"] == "empty":
        text = ""
    if faults["stt"] == "nonsense":
        text = "never mind"
    return {
        "participant_id": utterance.participant_id,
        "text": text,
        "language": utterance.language,
        "confidence": 1.0 if text else 0.0,
        "is_final": True,
        "timestamp": time.time(),
        "chunk_id": 1,
        "model_used": "zipformer",
    }


translation = FastAPI()


class Sentence(BaseModel):
    text: str = Field(min_length=1, max_length=5000)
    direction: Literal["vi2en", "en2vi"]


@translation.get("/")
async def about():
    return {"service": "VinAI Translation Service", "version": "1.0.0"}


@translation.get("/health")
async def translation_health():
    starting = faults["translation"] == "starting"
    status = "starting" if starting else "healthy"
    return {"status": status, "models_loaded": not starting, "redis_connected": True}


@translation.post("/translate")
async def translate(sentence: Sentence):
    await misbehave("translation")
    if faults["translation"] == "starting":
        await asyncio.sleep(30)
    if faults["translation"] == "web-page":
        return {"page": "nothing to do with translations"}
    text = KNOWN[sentence.direction]
    if faults["translation"] == "unchanged":
        text = sentence.text
    return {"text": text, "direction": sentence.direction, "cached": False, "latency_ms": 1.5}


tts = FastAPI()


class Spoken(BaseModel):
    text: str
    lang: str = "vi"
    mode: str = "generic"


@tts.get("/health")
async def tts_health():
    loaded = {"vi": faults["tts"] != "wrong-voice", "en": True}
    return {
        "status": "healthy",
        "engine": "piper",
        "languages": ["vi", "en"],
        "modes": ["generic"],
        "loaded_models": loaded,
    }


@tts.post("/synthesize")
async def synthesize(spoken: Spoken):
    await misbehave("tts")
    seconds = 0 if faults["tts"] == "empty" else 0.06 * len(spoken.text)
    loud = 0 if faults["tts"] == "silent" else 6000
    pitch = 220 if faults["tts"] == "wrong-voice" else 140
    samples = (
        int(loud * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(int(seconds * RATE))
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    audio = base64.b64encode(file.getvalue()).decode()
    return {"audio_base64": audio, "lang": spoken.lang, "mode": spoken.mode, "duration": 0.05}


app.mount("/stt", stt)
app.mount("/translation", translation)
app.mount("/tts", tts)
