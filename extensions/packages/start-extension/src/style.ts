/** Put styles into the page: JupyterLab's way, css-loader, is four times as much code as what is loaded at the start. */
export function addStyle(text: string): void {
  document.head.append(Object.assign(document.createElement('style'), { textContent: text }));
}
