/** A failure whose message says all that a person needs; shown without a stack. */
export class PlainError extends Error {}
