/** What MLflow's registry says, as far as these views read it. Source: mlflow/protos/model_registry.proto. */

import { KeyValue } from '@onedata/experiments/lib/contract';

export interface Alias {
  alias: string;
  version: string | number;
}

export interface ModelVersion {
  name: string;
  version: string;
  creation_timestamp: number;
  user_id?: string;
  description?: string;
  source: string;
  run_id?: string;
  status: string;
  status_message?: string;
  tags?: KeyValue[];
}

export interface RegisteredModel {
  name: string;
  creation_timestamp: number;
  last_updated_timestamp: number;
  description?: string;
  latest_versions?: ModelVersion[];
  aliases?: Alias[];
  tags?: KeyValue[];
}

export interface ModelRef {
  workspace: string;
  name: string;
  version: string | null;
}
