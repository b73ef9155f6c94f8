import { isIPv6 } from 'node:net';

interface Count {
  attempts: number;
  until: number;
}

/** Beyond so many addresses the oldest are forgotten: memory is bounded whoever knocks. */
const addressesAtMost = 10_000;

/** Counts failed sign-ins by client address. Good tokens are never counted, so nobody is locked out by a neighbour. */
export class FailedAttempts {
  private readonly counts = new Map<string, Count>();

  constructor(
    private readonly allowed: number,
    private readonly withinMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one more: how many there were within the time, and how long to wait when they are too many. */
  count(address: string): { attempts: number; waitSeconds?: number } {
    const key = network(address);
    const now = this.now();
    const known = this.counts.get(key);
    const count = known && known.until > now ? known : { attempts: 0, until: now + this.withinMs };
    count.attempts += 1;
    if (count !== known) this.remember(key, count);
    if (count.attempts <= this.allowed) return { attempts: count.attempts };
    return { attempts: count.attempts, waitSeconds: Math.max(1, Math.ceil((count.until - now) / 1000)) };
  }

  private remember(key: string, count: Count): void {
    this.counts.delete(key);
    this.counts.set(key, count);
    for (const [oldest] of this.counts) {
      if (this.counts.size <= addressesAtMost) return;
      this.counts.delete(oldest);
    }
  }
}

/** One customer has a whole /64 of IPv6 addresses. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%')[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array.from({ length: zeros }, () => '0'), ...back].slice(0, 4).join(':');
}
