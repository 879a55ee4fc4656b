import { Busy, Empty, Refusal, useLoaded, useTrans } from '@onedata/core';
import React from 'react';
import { readModelFile } from './api';
import { ModelVersion } from './contract';
import { Field, parseSignature } from './signature';

/** What a version takes and gives. */
export function SignatureView(props: { workspace: string; version: ModelVersion }): React.JSX.Element {
  const { workspace, version } = props;
  const trans = useTrans();
  const found = useLoaded(
    async signal => parseSignature((await readModelFile(workspace, version, signal)) ?? ''),
    [workspace, version.name, version.version]
  );
  if (found.value === undefined) {
    return found.error ? <Refusal error={found.error} onRetry={found.reload} /> : <Busy />;
  }
  if (found.value === null) {
    return (
      <Empty title={trans.__('No signature')}>
        <p>{trans.__('Log the model with one, and its callers know what it takes:')}</p>
        <pre>
          {'signature = mlflow.models.infer_signature(x, model.predict(x))\n' +
            'mlflow.sklearn.log_model(model, name="model", signature=signature)'}
        </pre>
      </Empty>
    );
  }
  const { inputs, outputs, params } = found.value;
  return (
    <div className="od-Signature">
      <Fields title={trans.__('Inputs')} fields={inputs} />
      <Fields title={trans.__('Outputs')} fields={outputs} />
      {params.length > 0 && <Fields title={trans.__('Parameters')} fields={params} />}
    </div>
  );
}

function Fields(props: { title: string; fields: Field[] }): React.JSX.Element {
  const trans = useTrans();
  return (
    <section aria-label={props.title}>
      <h3>{props.title}</h3>
      {props.fields.length === 0 ? (
        <p className="od-muted">{trans.__('Not stated.')}</p>
      ) : (
        <table className="od-Table">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('Type')}</th>
              <th scope="col">{trans.__('Required')}</th>
            </tr>
          </thead>
          <tbody>
            {props.fields.map((one, place) => (
              <tr key={place}>
                <th scope="row">{one.name || <span className="od-muted">{trans.__('unnamed')}</span>}</th>
                <td>
                  <code>{one.type}</code>
                </td>
                <td>{one.isRequired ? trans.__('yes') : trans.__('no')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
