/** Read so many pages of a list, each from where the one before ended; `more` says that there are others. */
export async function readPages<T>(
  read: (cursor: string | null) => Promise<{ items: T[]; next: string | null }>,
  pages: number
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page++) {
    const answer: { items: T[]; next: string | null } = await read(cursor);
    items.push(...answer.items);
    cursor = answer.next;
    if (!cursor) {
      break;
    }
  }
  return { items, more: !!cursor };
}
