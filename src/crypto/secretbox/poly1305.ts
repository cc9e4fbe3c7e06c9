/** Bytes of a tag. */
export const POLY1305_TAG_BYTES = 16;

/**
 * A number below 2^132 in twelve limbs of 11 bits, the least first. Sums of twelve products of limbs, some of them times
 * {@link FOLD}, are below 2^31: the engine has no faster numbers before it compiles a loop, and they are exact.
 */
const LIMBS = 12;
const LIMB_BITS = 11;
const LIMB_MASK = 0x7ff;
/** 2^132 modulo 2^130 - 5. */
const FOLD = 20;
/** The bits of the last limb that are below 2^130. */
const TOP_BITS = 9;
const TOP_MASK = 0x1ff;

/**
 * Poly1305 (RFC 8439 §2.5): the tag of a message, under a key that is used once. It takes the same time whatever the bytes
 * of key and message are.
 *
 * @param key 32 raw bytes, `r ‖ s`
 * @returns 16 raw bytes
 */
export function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const factors = factorsOf(key);
  const sum = new Int32Array(LIMBS);
  const product = new Int32Array(LIMBS);
  const block = new Uint8Array(18);
  for (let start = 0; start < message.length; start += 16) {
    const length = Math.min(16, message.length - start);
    block.fill(0);
    for (let index = 0; index < length; index++) block[index] = message[start + index] as number;
    block[length] = 1;
    for (let limb = 0; limb < LIMBS; limb++) sum[limb] = (sum[limb] as number) + limbOf(block, limb);
    multiply(sum, factors, product);
  }
  reduce(sum);
  const tag = withAdded(sum, key);
  factors.fill(0);
  sum.fill(0);
  product.fill(0);
  block.fill(0);
  return tag;
}

/** A limb of a little-endian number of 18 bytes. */
function limbOf(bytes: Uint8Array, limb: number): number {
  const bit = LIMB_BITS * limb;
  const at = bit >> 3;
  const three = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (three >> (bit & 7)) & LIMB_MASK;
}

/** The limbs of r, after the same limbs times {@link FOLD}: what {@link multiply} needs for a sum past 2^132 and below. */
function factorsOf(key: Uint8Array): Int32Array {
  const clamped = new Uint8Array(18);
  for (let index = 0; index < 16; index++) clamped[index] = key[index] as number;
  for (const index of [3, 7, 11, 15]) clamped[index] = (clamped[index] as number) & 15;
  for (const index of [4, 8, 12]) clamped[index] = (clamped[index] as number) & 252;
  const factors = new Int32Array(2 * LIMBS);
  for (let limb = 0; limb < LIMBS; limb++) {
    const value = limbOf(clamped, limb);
    factors[limb] = FOLD * value;
    factors[LIMBS + limb] = value;
  }
  clamped.fill(0);
  return factors;
}

/** Multiplies a number by r, modulo 2^130 - 5 but not fully reduced. @param product for results on the way */
function multiply(number: Int32Array, factors: Int32Array, product: Int32Array): void {
  const n0 = number[0] as number;
  const n1 = number[1] as number;
  const n2 = number[2] as number;
  const n3 = number[3] as number;
  const n4 = number[4] as number;
  const n5 = number[5] as number;
  const n6 = number[6] as number;
  const n7 = number[7] as number;
  const n8 = number[8] as number;
  const n9 = number[9] as number;
  const n10 = number[10] as number;
  const n11 = number[11] as number;
  let carry = 0;
  for (let limb = 0; limb < LIMBS; limb++) {
    const at = LIMBS + limb;
    const column =
      carry +
      n0 * (factors[at] as number) +
      n1 * (factors[at - 1] as number) +
      n2 * (factors[at - 2] as number) +
      n3 * (factors[at - 3] as number) +
      n4 * (factors[at - 4] as number) +
      n5 * (factors[at - 5] as number) +
      n6 * (factors[at - 6] as number) +
      n7 * (factors[at - 7] as number) +
      n8 * (factors[at - 8] as number) +
      n9 * (factors[at - 9] as number) +
      n10 * (factors[at - 10] as number) +
      n11 * (factors[at - 11] as number);
    product[limb] = column & LIMB_MASK;
    carry = column >> LIMB_BITS;
  }
  carry *= FOLD;
  for (let limb = 0; limb < LIMBS; limb++) {
    carry += product[limb] as number;
    number[limb] = carry & LIMB_MASK;
    carry >>= LIMB_BITS;
  }
  number[0] = (number[0] as number) + FOLD * carry;
}

/** Reduces a number fully: to what is below 2^130 - 5. */
function reduce(number: Int32Array): void {
  // What is above 2^130 counts five times; the second turn takes the carry of the first.
  for (let turn = 0; turn < 2; turn++) addCarry(number, 5 * takeTop(number));
  // Adding 5 reaches 2^130 for what is 2^130 - 5 or more, and is taken back for all else: without a branch.
  addCarry(number, 5);
  const isBelow = takeTop(number) - 1;
  let borrow = 0;
  for (let limb = 0; limb < LIMBS; limb++) {
    const value = (number[limb] as number) - (limb === 0 ? 5 & isBelow : 0) + borrow;
    const isTop = limb === LIMBS - 1;
    number[limb] = value & (isTop ? TOP_MASK : LIMB_MASK);
    borrow = value >> LIMB_BITS;
  }
}

/** Adds a small number. */
function addCarry(number: Int32Array, added: number): void {
  let carry = added;
  for (let limb = 0; limb < LIMBS; limb++) {
    carry += number[limb] as number;
    number[limb] = limb === LIMBS - 1 ? carry : carry & LIMB_MASK;
    carry >>= LIMB_BITS;
  }
}

/** Removes what is at or above 2^130, and returns it as a small number. */
function takeTop(number: Int32Array): number {
  const last = number[LIMBS - 1] as number;
  number[LIMBS - 1] = last & TOP_MASK;
  return last >> TOP_BITS;
}

/** The number plus s, modulo 2^128, as bytes. */
function withAdded(number: Int32Array, key: Uint8Array): Uint8Array {
  const tag = new Uint8Array(POLY1305_TAG_BYTES);
  let carry = 0;
  for (let index = 0; index < POLY1305_TAG_BYTES; index++) {
    const bit = 8 * index;
    const limb = Math.floor(bit / LIMB_BITS);
    const two = (number[limb] as number) | ((number[limb + 1] as number) << LIMB_BITS);
    carry += ((two >> (bit - LIMB_BITS * limb)) & 255) + (key[16 + index] as number);
    tag[index] = carry;
    carry >>= 8;
  }
  return tag;
}
