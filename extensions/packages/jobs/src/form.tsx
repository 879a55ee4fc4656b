import { Busy, Refusal, useLoaded, useSignal } from '@onedata/core';
import React from 'react';
import { AgainForm, EditForm } from './changes';
import { JobFormProps } from './form-page';
import { NotebookForm } from './notebook-form';

/** The form that makes, changes or runs a job. */
export function JobForm(props: JobFormProps): React.JSX.Element {
  const { workspaces, request } = props;
  useSignal(workspaces.changed);
  const asked = useLoaded(() => workspaces.ready(), [workspaces]);
  if (!workspaces.current) {
    return asked.error ? <Refusal error={asked.error} onRetry={asked.reload} /> : <Busy />;
  }
  switch (request.kind) {
    case 'edit':
      return <EditForm {...props} request={request} />;
    case 'again':
      return <AgainForm {...props} request={request} />;
    default:
      return <NotebookForm {...props} request={request} />;
  }
}
