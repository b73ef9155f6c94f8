/** The form in which unicodePwd is written (MS-ADTS §3.1.1.3.1.5.1): the password in quotes, UTF-16LE. */
export function passwordValue(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}
