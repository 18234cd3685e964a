import { expect, test } from 'vitest';
import { shown, text, utf8 } from './bytes.ts';
import { json } from './views/json.ts';

test('what would hide or turn text round is written out, all other text is as it is', () => {
  expect(text(utf8('Grüße 北京 🙂\tx\ny\r\nz'))).toBe('Grüße 北京 🙂\tx\ny\r\nz');
  expect(text(utf8('a\u202eb\u2066c\u200d'))).toBe('a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c\\xe2\\x80\\x8d');
  expect(text('\x1b[31mred\x07\x00\r')).toBe('\\x1b[31mred\\a\\x00\\r');
  expect(text('\xff\x9b')).toBe('\xff\\x9b');
  expect(text('\x7f')).toBe('\\x7f');
  expect(shown('\u2028')).toBe('\\xe2\\x80\\xa8');
});

test('JSON stays JSON', () => {
  const odd = 'a\u202e\x1b\x7f"';
  const shownJson = json({ type: 'bulk', value: utf8(odd) });
  expect(shownJson).toBe('"a\\u202e\\u001b\\u007f\\""');
  expect(JSON.parse(shownJson)).toBe(odd);
});
