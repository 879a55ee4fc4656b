/** The colours of chosen runs, as the theme has them; a pattern of dashes tells the same colours apart. */

const NAMES = ['blue', 'orange', 'green', 'pink', 'purple', 'cyan', 'brown', 'red', 'indigo', 'lime'];

export function colourOf(place: number): string {
  return `var(--md-${NAMES[place % NAMES.length]}-500)`;
}

/** The name of the variable in `colourOf`, for a canvas, which reads no variables. */
export function colourVariable(place: number): string {
  return `--md-${NAMES[place % NAMES.length]}-500`;
}

/** Dashes for the second and further rounds of colours. */
export function dashOf(place: number): number[] | undefined {
  return [undefined, [6, 4], [2, 3], [10, 3, 2, 3]][Math.floor(place / NAMES.length) % 4];
}
