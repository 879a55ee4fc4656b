/**
 * Say a schedule in the reader's language; the service's own words are English.
 *
 * @param language The reader's, as `zh-CN`; undefined is the browser's.
 * @param english What the service says of it: also what is shown of a cron that only the service can read.
 */
export async function cronWords(
  cron: string,
  timezone: string,
  language: string | undefined,
  english: string
): Promise<string> {
  if (language !== 'zh-CN') {
    return english;
  }
  const [{ default: cronstrue }] = await Promise.all([
    import('cronstrue'),
    import('cronstrue/locales/zh_CN')
  ]);
  try {
    const words = cronstrue.toString(cron, { locale: 'zh_CN', use24HourTimeFormat: true });
    return `${words.replace(/, ?/g, '，').replace(/ {2,}/g, ' ')}（${timezone}）`;
  } catch {
    return english;
  }
}
