import { expect, test } from 'vitest';
import { cronWords } from './cron-words';

test.each([
  ['30 2 * * *', '在02:30（Asia/Shanghai）'],
  ['15 6 * * 1-5', '在06:15，星期一至星期五（Asia/Shanghai）'],
  ['*/5 * * * *', '每隔 5 分钟（Asia/Shanghai）'],
  ['0 9 * * 1#2', '在09:00，限每月的第二个 星期一（Asia/Shanghai）'],
  ['5 4 1-10/3 * *', '在04:05，每隔 3 天，限每月的 1 号 至 10 号 之间（Asia/Shanghai）']
])('%s reads %s in Chinese', async (cron, words) => {
  expect(await cronWords(cron, 'Asia/Shanghai', 'zh-CN', 'as the service says')).toBe(words);
});

test('in English the words are the service’s own', async () => {
  expect(await cronWords('30 2 * * *', 'UTC', 'en', 'At 02:30 every day (UTC)')).toBe(
    'At 02:30 every day (UTC)'
  );
});

test('a cron that only the service can read stays in its words', async () => {
  expect(await cronWords('soon', 'UTC', 'zh-CN', 'Soon (UTC)')).toBe('Soon (UTC)');
});
