import { LabIcon } from '@jupyterlab/ui-components';

/** An icon of one path on a field of 24 by 24, in the colour that JupyterLab gives its own. */
function icon(name: string, path: string): LabIcon {
  return new LabIcon({
    name: `onedata:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" d="${path}"/></svg>`
  });
}

export const datasetsIcon = icon(
  'datasets',
  'M12 3C7.6 3 4 4.3 4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6c0-1.7-3.6-3-8-3zm0 2c3.9 0 6 1 6 1.3S15.9 7.6 12 7.6 6 6.6 6 6.3 8.1 5 12 5zm6 12.7c0 .3-2.1 1.3-6 1.3s-6-1-6-1.3v-3.1c1.5.6 3.6 1 6 1s4.5-.4 6-1zm0-5.6c0 .3-2.1 1.5-6 1.5s-6-1.2-6-1.5V8.7c1.5.6 3.6.9 6 .9s4.5-.3 6-.9z'
);
export const experimentsIcon = icon(
  'experiments',
  'M9 2v2h1v5.2L4.6 18.3A2.5 2.5 0 0 0 6.7 22h10.6a2.5 2.5 0 0 0 2.1-3.7L14 9.2V4h1V2zm3 0v7.8l1.9 3.2h-3.8L12 9.8zm-3 13h6l2.7 4.3a.5.5 0 0 1-.4.7H6.7a.5.5 0 0 1-.4-.7z'
);
export const jobsIcon = icon(
  'jobs',
  'M12 3a9 9 0 1 0 9 9h-2a7 7 0 1 1-7-7zm1 4h-2v6l4.7 2.8 1-1.7L13 12zm3-5v2h2.6l-5 5 1.4 1.4 5-5V8h2V2z'
);
export const modelsIcon = icon(
  'models',
  'M12 2 3 6.5v11L12 22l9-4.5v-11zm0 2.3 5.9 2.9L12 10.1 6.1 7.2zM5 8.9l6 3v7.3l-6-3zm8 10.3v-7.3l6-3v7.3z'
);
export const templatesIcon = icon(
  'templates',
  'M4 3h9v2H6v14h12v-7h2v9H4zm14-1 1.1 2.9L22 6l-2.9 1.1L18 10l-1.1-2.9L14 6l2.9-1.1zM8 9h5v2H8zm0 4h8v2H8z'
);
export const scheduleIcon = icon(
  'schedule',
  'M7 2h2v2h6V2h2v2h2a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h2zM5 10v9h14v-9zm0-4v2h14V6zm6 6h2v2.6l2 1.2-1 1.7-3-1.8z'
);
