/** What MLflow says, as far as these views read it. Source: MLflow's REST API, mlflow/protos/service.proto. */

export interface KeyValue {
  key: string;
  value: string;
}

export interface Experiment {
  experiment_id: string;
  name: string;
  creation_time: number;
  last_update_time: number;
  tags?: KeyValue[];
}

/** A number; what JSON cannot say comes as "NaN", "Infinity" or "-Infinity". */
export type Figure = number | string;

export interface MetricPoint {
  key: string;
  value: Figure;
  timestamp: number;
  step: number;
  run_id?: string;
}

export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';

export interface MlflowRun {
  info: {
    run_id: string;
    experiment_id: string;
    run_name?: string;
    user_id?: string;
    status: RunStatus;
    start_time: number;
    end_time?: number;
  };
  data?: { metrics?: MetricPoint[]; params?: KeyValue[]; tags?: KeyValue[] };
  outputs?: { model_outputs?: { model_id: string }[] };
}

export interface LoggedModel {
  info: {
    model_id: string;
    experiment_id: string;
    name: string;
    status: string;
    source_run_id?: string;
    tags?: KeyValue[];
  };
}

export interface FileInfo {
  path: string;
  is_dir: boolean;
  file_size?: number;
}

export interface RegisteredModelName {
  name: string;
}
