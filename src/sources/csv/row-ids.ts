import { createHash } from 'node:crypto';

const repeated = 0x8000_0000;
const lineBits = 0x7fff_ffff;

/**
 * Which externalIds a file has, and in which line: 64 bits of a hash for each instead of the text, so that a million rows
 * take some 24 MB. A collision (one in 37 million files of that size) rejects two rows.
 */
export class RowIds {
  private slots = 1024;
  private high = new Uint32Array(this.slots);
  private low = new Uint32Array(this.slots);
  /** 0: free. The highest bit: the id stands in more lines. */
  private lines = new Uint32Array(this.slots);
  size = 0;

  add(externalId: string, line: number): void {
    if (this.size * 2 >= this.slots) this.grow();
    const [high, low] = hashOf(externalId);
    const at = this.find(high, low);
    if (this.lines[at] !== 0) {
      this.lines[at] = this.lines[at]! | repeated;
      return;
    }
    this.put(at, high, low, line & lineBits);
    this.size += 1;
  }

  has(externalId: string): boolean {
    return this.at(externalId) !== 0;
  }

  /** The first line of an id that stands in several. */
  repeatedSince(externalId: string): number | undefined {
    const found = this.at(externalId);
    return found >= repeated ? found & lineBits : undefined;
  }

  private at(externalId: string): number {
    return this.lines[this.find(...hashOf(externalId))]!;
  }

  /** Its slot, or the free one where it goes. */
  private find(high: number, low: number): number {
    let at = low % this.slots;
    while (this.lines[at] !== 0 && !(this.high[at] === high && this.low[at] === low))
      at = (at + 1) % this.slots;
    return at;
  }

  private put(at: number, high: number, low: number, line: number): void {
    this.high[at] = high;
    this.low[at] = low;
    this.lines[at] = line;
  }

  private grow(): void {
    const { high, low, lines } = this;
    this.slots *= 2;
    this.high = new Uint32Array(this.slots);
    this.low = new Uint32Array(this.slots);
    this.lines = new Uint32Array(this.slots);
    for (let at = 0; at < lines.length; at += 1) {
      if (lines[at] !== 0) this.put(this.find(high[at]!, low[at]!), high[at]!, low[at]!, lines[at]!);
    }
  }
}

function hashOf(externalId: string): [number, number] {
  const digest = createHash('sha1').update(externalId).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
