import { expect, test } from 'vitest';
import { AskRuns, PAGE, Question, RunPages } from './pages';
import { Run } from './run';

const SIGNAL = new AbortController().signal;

function run(id: number, status: Run['status'] = 'FINISHED'): Run {
  const nothing = new Map<never, never>();
  return {
    id: String(id),
    experimentId: '1',
    name: String(id),
    user: '',
    status,
    startMs: id,
    endMs: null,
    params: nothing,
    metrics: nothing,
    tags: nothing,
    modelIds: []
  };
}

/** An MLflow of some runs, newest first, that answers as the real one does. */
class SmallMlflow {
  asked: Question[] = [];
  changes = 0;
  runs: Run[];

  constructor(count: number) {
    this.runs = Array.from({ length: count }, (_, place) => run(count - place));
  }

  ask: AskRuns = async question => {
    this.asked.push(question);
    const named = /IN \((.*)\)/.exec(question.filter)?.[1];
    const found = named ? this.runs.filter(one => named.includes(`'${one.id}'`)) : this.runs;
    const from = Number(question.token ?? 0);
    const end = from + question.most;
    return { runs: found.slice(from, end), next: end < found.length ? String(end) : null };
  };

  pages(): RunPages {
    return new RunPages(this.ask, '', ['start'], () => (this.changes += 1));
  }
}

test('runs come a page at a time, until all are here', async () => {
  const mlflow = new SmallMlflow(PAGE + 50);
  const pages = mlflow.pages();
  await pages.refresh(SIGNAL);
  expect([pages.runs.length, pages.isComplete]).toEqual([PAGE, false]);
  await Promise.all([pages.more(SIGNAL), pages.more(SIGNAL)]);
  expect([pages.runs.length, pages.isComplete, mlflow.asked.length]).toEqual([PAGE + 50, true, 2]);
  await pages.more(SIGNAL);
  expect(mlflow.asked.length).toBe(2);
});

test('whoever is told of a page may ask for the next at once', async () => {
  const mlflow = new SmallMlflow(2 * PAGE);
  const told: Promise<void>[] = [];
  const pages: RunPages = new RunPages(mlflow.ask, '', [], () => told.push(pages.more(SIGNAL)));
  await pages.refresh(SIGNAL);
  await told[0];
  expect(pages.runs.length).toBe(2 * PAGE);
});

test('a new run comes first, and those loaded stay', async () => {
  const mlflow = new SmallMlflow(PAGE + 50);
  const pages = mlflow.pages();
  await pages.refresh(SIGNAL);
  await pages.more(SIGNAL);
  mlflow.runs.unshift(run(1000));
  await pages.refresh(SIGNAL);
  expect([pages.runs[0].id, pages.runs.length]).toEqual(['1000', PAGE + 51]);
});

test('a run that goes on is looked at again wherever it stands', async () => {
  const mlflow = new SmallMlflow(PAGE + 50);
  const place = PAGE + 20;
  const { id } = mlflow.runs[place];
  mlflow.runs[place] = run(Number(id), 'RUNNING');
  const pages = mlflow.pages();
  await pages.refresh(SIGNAL);
  await pages.more(SIGNAL);
  expect(pages.hasLive).toBe(true);
  mlflow.runs[place] = run(Number(id));
  await pages.refresh(SIGNAL);
  expect(pages.runs[place].status).toBe('FINISHED');
  expect(pages.hasLive).toBe(false);
});

test('a refusal is passed on, and does not stand in the way of the next question', async () => {
  let refuses = true;
  const mlflow = new SmallMlflow(3);
  const pages = new RunPages(
    (question, signal) => (refuses ? Promise.reject(new Error('no')) : mlflow.ask(question, signal)),
    '',
    [],
    () => undefined
  );
  await expect(pages.refresh(SIGNAL)).rejects.toThrow('no');
  refuses = false;
  await pages.refresh(SIGNAL);
  expect(pages.runs.length).toBe(3);
});
