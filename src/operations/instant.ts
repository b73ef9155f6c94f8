import { BadRequestException } from '@nestjs/common';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds since 1970 of an ISO date, a number, or a duration back from now such as `2h`. */
export function instant(text: string, name: string): number {
  const duration = /^(\d+)([smhd])$/.exec(text);
  if (duration) return Date.now() - Number(duration[1]) * units[duration[2]!]!;
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(at)) {
    throw new BadRequestException(
      `${name} "${text}" is no time: write 2026-11-23T08:00:00Z, or a duration back from now such as 2h.`,
    );
  }
  return at;
}
