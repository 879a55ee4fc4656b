import type { IThemeManager } from '@jupyterlab/apputils';
import type { LazyWidget } from './lazy';

export function isDark(themes: IThemeManager | null): boolean {
  return !!themes?.theme && !themes.isLight(themes.theme);
}

/** Tell a view whenever the theme becomes dark or light. */
export function followTheme<P extends { dark: boolean }>(
  widget: LazyWidget<P>,
  themes: IThemeManager | null
): void {
  themes?.themeChanged.connect(() => (widget.props = { ...widget.props, dark: isDark(themes) }), widget);
}
