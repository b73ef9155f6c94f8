import { BlockList, isIP } from 'node:net';
import { ValidateBy, type ValidationArguments } from 'class-validator';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Tokens and passwords travel to this address: `https://`, or `http://` on this machine, or `plainHttp: true` beside it.
 * `addressOf` finds the address in the setting; an address that is none is the matter of other rules.
 */
export function ProtectedAddress(addressOf = (setting: unknown) => setting): PropertyDecorator {
  const message = ({ value }: ValidationArguments) =>
    `$property names ${new URL(String(addressOf(value))).origin}, over which tokens and passwords would travel in clear: use https://, or set plainHttp: true where the network itself is protected`;
  return ValidateBy(
    {
      name: 'isProtectedAddress',
      validator: {
        validate: (value, args) =>
          (args?.object as { plainHttp?: unknown }).plainHttp === true || !inClear(addressOf(value)),
        defaultMessage: (args) => message(args!),
      },
    },
    { message },
  );
}

function inClear(address: unknown): boolean {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isThisMachine(hostname.replace(/^\[|\]$/g, ''));
}

function isThisMachine(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return /^(?:.+\.)?localhost\.?$/i.test(host);
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
