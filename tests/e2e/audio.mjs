// What tests play and hear: tones, WAV files, G.711, and how long a tone was heard.

/** Samples of a tone, 16 bits. */
export function tone(hz, ms, rate = 8_000, amplitude = 8_000) {
  return Int16Array.from({ length: Math.round(ms * rate / 1000) }, (_, i) => amplitude * Math.sin(2 * Math.PI * hz * i / rate));
}

/** A mono WAV file. */
export function wav(samples, rate = 8_000) {
  const head = Buffer.from('RIFF....WAVEfmt ....................data....');
  [[4, 36 + samples.length * 2], [16, 16], [24, rate], [28, rate * 2], [40, samples.length * 2]].forEach(([at, value]) => head.writeUInt32LE(value, at));
  [[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([at, value]) => head.writeUInt16LE(value, at));
  return Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** { rate, channels: [Int16Array] } of a PCM WAV file. */
export function readWav(file) {
  let at = 12;
  let format;
  for (;;) {
    const id = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    if (id === 'fmt ') format = { count: file.readUInt16LE(at + 10), rate: file.readUInt32LE(at + 12) };
    if (id === 'data') break;
    at += 8 + size + (size & 1);
  }
  const frames = Math.floor((file.length - at - 8) / 2 / format.count);
  const channels = Array.from({ length: format.count }, (_, c) =>
    Int16Array.from({ length: frames }, (__, i) => file.readInt16LE(at + 8 + 2 * (i * format.count + c))));
  return { rate: format.rate, channels };
}

/** Whether a window holds the tone: at least `share` of its energy, and not silence (Goertzel). */
function holds(samples, hz, rate, share) {
  const w = 2 * Math.PI * hz / rate;
  let real = 0;
  let imaginary = 0;
  let energy = 0;
  samples.forEach((sample, i) => {
    real += sample * Math.cos(w * i);
    imaginary += sample * Math.sin(w * i);
    energy += sample * sample;
  });
  return energy / samples.length > 100 * 100 && 2 * (real * real + imaginary * imaginary) / samples.length > share * energy;
}

/** For how many milliseconds the tone was heard, in windows of 20 ms. */
export function heardMs(samples, hz, rate = 8_000, share = 0.3) {
  const window = rate / 50;
  let windows = 0;
  for (let at = 0; at + window <= samples.length; at += window) {
    if (holds(samples.subarray(at, at + window), hz, rate, share)) ++windows;
  }
  return windows * 20;
}

function muLawSample(byte) {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84 << ((value & 0x70) >> 4)) - 0x84;
  return value & 0x80 ? -magnitude : magnitude;
}
const table = Int16Array.from({ length: 256 }, (_, byte) => muLawSample(byte));

/** G.711 mu-law, both ways. */
export const fromMuLaw = (bytes) => Int16Array.from(bytes, (byte) => table[byte]);
export function toMuLaw(samples) {
  return Buffer.from(Array.from(samples, (sample) => {
    const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84;
    const exponent = Math.floor(Math.log2(magnitude)) - 7;
    return ~((sample < 0 ? 0x80 : 0) | exponent << 4 | (magnitude >> exponent + 3) & 0x0f) & 0xff;
  }));
}
