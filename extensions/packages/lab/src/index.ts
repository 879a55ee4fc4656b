import core from '@onedata/core-extension';
import datasets from '@onedata/datasets-extension';
import experiments from '@onedata/experiments-extension';
import jobs from '@onedata/jobs-extension';
import models from '@onedata/models-extension';
import start from '@onedata/start-extension';

export default [...core, ...datasets, ...experiments, ...jobs, ...models, ...start];
