const UNSTORABLE = /\0|\p{Surrogate}/u;

/** U+0000 cannot be stored by PostgreSQL, and half of a surrogate pair is no character: both are refused at the door. */
export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);
