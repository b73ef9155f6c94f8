/** RFC 8936 §2.2. */
export interface PollRequest {
  maxEvents: number;
  returnImmediately: boolean;
  ack: string[];
  setErrs: Record<string, SetError>;
}

export interface SetError {
  err: string;
  description: string;
}

/** The request cannot be used: answered as RFC 8935 §2.3 wants errors. */
export class PollFault extends Error {}

/** Everything is optional (RFC 8936 §2.2); what we do not know is ignored, as with any JWT-like message. */
export function readPollRequest(body: unknown, mostEvents: number): PollRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new PollFault('The body must be a JSON object.');
  const {
    maxEvents = mostEvents,
    returnImmediately = false,
    ack = [],
    setErrs = {},
  } = body as Partial<Record<keyof PollRequest, unknown>>;
  if (typeof maxEvents !== 'number' || !Number.isInteger(maxEvents) || maxEvents < 0)
    throw new PollFault('maxEvents must be a whole number, 0 or more.');
  if (typeof returnImmediately !== 'boolean') throw new PollFault('returnImmediately must be true or false.');
  if (!Array.isArray(ack) || !ack.every((id) => typeof id === 'string'))
    throw new PollFault('ack must be an array of jti values.');
  return {
    maxEvents: Math.min(maxEvents, mostEvents),
    returnImmediately,
    ack: ack as string[],
    setErrs: errorsOf(setErrs),
  };
}

function errorsOf(given: unknown): Record<string, SetError> {
  const fault = new PollFault('setErrs must be an object of {"err", "description"} by jti.');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw fault;
  return Object.fromEntries(
    Object.entries(given).map(([id, error]) => {
      const { err, description = '' } = (error ?? {}) as Record<string, unknown>;
      if (typeof err !== 'string' || typeof description !== 'string') throw fault;
      return [id, { err: err.slice(0, 100), description: description.slice(0, 500) }];
    }),
  );
}
