import { Matches, type ValidationOptions } from 'class-validator';

const durations: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizes: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** `8s`, `5m`, `30d`. */
export function IsDuration(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^\d+(ms|s|m|h|d)$/, {
    message: 'must be a duration such as 500ms, 8s, 5m, 2h or 30d',
    ...options,
  });
}

/** `64KB`, `8MB`. */
export function IsSize(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^\d+(B|KB|MB|GB)$/, { message: 'must be a size such as 64KB or 8MB', ...options });
}

/** Milliseconds. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text)!;
  return Number(number) * durations[unit!]!;
}

/** Bytes. */
export function size(text: string): number {
  const [, number, unit] = /^(\d+)(B|KB|MB|GB)$/.exec(text)!;
  return Number(number) * sizes[unit!]!;
}
