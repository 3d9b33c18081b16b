// Reads raw LZMA (LZMA1, lc = 4, lp = 0, pb = 0) of a known size, as in the public specification
// of the format; browsers unpack only gzip themselves, which is a third larger.
const unpackLzma = (packed, size) => {
  "use strict";
  const out = new Uint8Array(size);
  const coder = new Uint32Array([0xffffffff, 0]);
  let at = 5;
  for (let i = 1; i < 5; i++) coder[1] = (coder[1] << 8) | packed[i];

  const shift = () => {
    if (coder[0] < 0x1000000) {
      coder[0] <<= 8;
      coder[1] = (coder[1] << 8) | packed[at++];
    }
  };
  const chances = (count) => new Uint16Array(count).fill(1024);
  const bit = (chance, i) => {
    const bound = (coder[0] >>> 11) * chance[i];
    const isOne = coder[1] >= bound;
    if (isOne) {
      coder[0] -= bound;
      coder[1] -= bound;
      chance[i] -= chance[i] >> 5;
    } else {
      coder[0] = bound;
      chance[i] += (2048 - chance[i]) >> 5;
    }
    shift();
    return isOne ? 1 : 0;
  };
  const evenBits = (count) => {
    let value = 0;
    for (let i = 0; i < count; i++) {
      coder[0] >>>= 1;
      const isOne = coder[1] >= coder[0];
      if (isOne) coder[1] -= coder[0];
      value = (value << 1) | (isOne ? 1 : 0);
      shift();
    }
    return value;
  };
  const tree = (chance, start, bits) => {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | bit(chance, start + node);
    return node - (1 << bits);
  };
  const reverseTree = (chance, start, bits) => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const next = bit(chance, start + node);
      node = (node << 1) | next;
      value |= next << i;
    }
    return value;
  };
  const lengths = () => {
    const [choice, low, mid, high] = [2, 8, 8, 256].map(chances);
    return () => {
      if (!bit(choice, 0)) return tree(low, 0, 3);
      return bit(choice, 1) ? 16 + tree(high, 0, 8) : 8 + tree(mid, 0, 3);
    };
  };

  const [isMatch, isRepeat, isOld, isOlder, isOldest, isLong] = Array.from({ length: 6 }, () => chances(12));
  const literals = chances(0x300 << 4);
  const [slots, special, align] = [256, 115, 16].map(chances);
  const [matchLength, repeatLength] = [lengths(), lengths()];
  const back = [0, 0, 0, 0];
  let state = 0;
  let end = 0;

  const literal = () => {
    const start = 0x300 * (end ? out[end - 1] >> 4 : 0);
    let node = 1;
    if (state > 6) {
      let likely = out[end - back[0] - 1];
      let same = true;
      while (same && node < 256) {
        const guess = (likely >> 7) & 1;
        likely <<= 1;
        const next = bit(literals, start + ((1 + guess) << 8) + node);
        node = (node << 1) | next;
        same = next === guess;
      }
    }
    while (node < 256) node = (node << 1) | bit(literals, start + node);
    out[end++] = node;
    state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  };
  const distance = (length) => {
    const slot = tree(slots, 64 * Math.min(length, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reverseTree(special, base - slot, bits);
    return base + (evenBits(bits - 4) << 4) + reverseTree(align, 0, 4);
  };
  const earlier = () => {
    if (!bit(isOld, state)) return bit(isLong, state) ? 0 : -1;
    const place = bit(isOlder, state) ? 2 + bit(isOldest, state) : 1;
    back.unshift(...back.splice(place, 1));
    return 0;
  };
  const repeat = () => {
    let length = 0;
    if (!bit(isRepeat, state)) {
      length = 2 + matchLength();
      state = state < 7 ? 7 : 10;
      back.pop();
      back.unshift(distance(length - 2));
    } else if (earlier() < 0) {
      length = 1;
      state = state < 7 ? 9 : 11;
    } else {
      length = 2 + repeatLength();
      state = state < 7 ? 8 : 11;
    }
    for (const from = back[0] + 1, stop = end + length; end < stop; end++) out[end] = out[end - from];
  };

  while (end < size) bit(isMatch, state) ? repeat() : literal();
  return out;
};
