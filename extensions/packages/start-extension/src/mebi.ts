import { number } from '@onedata/core';

/** Memory in powers of 1024, as profiles count it: "812 MiB", "7.5 GiB". */
export function mebi(count: number): string {
  const [size, unit] = count < 1000 * 2 ** 20 ? [count / 2 ** 20, 'MiB'] : [count / 2 ** 30, 'GiB'];
  return `${number(size, { maximumFractionDigits: size < 100 && unit === 'GiB' ? 1 : 0 })} ${unit}`;
}
