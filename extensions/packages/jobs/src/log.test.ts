import { expect, it } from 'vitest';
import { append, NO_LOG, plain } from './log';

const part = (text: string, next_offset: number, complete = false) => ({
  text,
  offset: 0,
  next_offset,
  complete
});

it('puts parts together and goes on in bytes', () => {
  const log = append(append(NO_LOG, part('é\n', 3)), part('b\n', 5, true));
  expect(log).toEqual({ text: 'é\nb\n', next: 5, complete: true, cut: false });
});

it('keeps the end of a very long log, from the start of a line on', () => {
  const line = 'x'.repeat(99) + '\n';
  const log = append(NO_LOG, part(line.repeat(5000), 500_000));
  expect(log.cut).toBe(true);
  expect(log.text.length).toBeLessThanOrEqual(400_000);
  expect(log.text.startsWith(line)).toBe(true);
});

it('takes colours and overwritten lines out', () => {
  expect(plain('\x1b[0;31mValueError\x1b[0m: no\n')).toBe('ValueError: no\n');
  expect(plain('10%\r50%\r100%\r\nend')).toBe('100%\nend');
});
