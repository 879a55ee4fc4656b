import { LabIcon } from '@jupyterlab/ui-components';

/** A calendar, beside the icon of jobs. */
export const scheduleIcon = new LabIcon({
  name: 'onedata:schedule',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3 jp-icon-selectable" fill="#616161" d="M7 2h2v2h6V2h2v2h2a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h2zM5 10v9h14v-9zm0-4v2h14V6zm6 6h2v2.600l2 1.200-1 1.700-3-1.800z"/></svg>`
});
