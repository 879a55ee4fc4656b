/** What the commands of forms take. */

export const NOTEBOOK = {
  type: 'object',
  properties: {
    path: { type: 'string', description: 'The notebook; the active one where it is left out.' },
    selected: {
      type: 'boolean',
      description: 'Whether the notebook chosen in the file browser is meant rather than the active one.'
    },
    kept: {
      type: ['object', 'null'],
      description: 'What a form held before a reload; the notebook is not saved for it.'
    }
  }
};

const PLACE = {
  workspace: { type: 'string', description: 'The workspace of the job.' },
  job: { type: 'string', description: 'The id of the job.' },
  name: { type: 'string', description: 'The name of the job, for the title of the form.' }
};

export const JOB = { type: 'object', required: ['workspace', 'job'], properties: PLACE };

export const RUN = {
  type: 'object',
  required: ['workspace', 'job'],
  properties: {
    ...PLACE,
    parameters: { type: 'object', description: 'Values that the form shows first, by parameter.' }
  }
};
