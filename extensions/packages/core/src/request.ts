import { ServerConnection } from '@jupyterlab/services';

/** The services behind the server's own proxy, and what the server adds itself. */
export type Service = 'studio/api/v1' | 'mlflow/ajax-api/2.0/mlflow' | 'mlflow' | 'local';

export type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>;

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A service's refusal: its own sentence, and its code for what a program decides. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: { where: string; message: string }[] = []
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

/** Give the address of a service's path under this server. */
export function address(service: Service, path: string, query: Query = {}): string {
  const { baseUrl } = ServerConnection.makeSettings();
  return new URL(`onedata/${service}/${path}`, baseUrl).href + queryOf(query);
}

export function queryOf(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) {
      (value as readonly string[]).forEach(one => parts.append(name, one));
    } else if (value !== null && value !== undefined && value !== '') {
      parts.append(name, String(value));
    }
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}

/**
 * Ask a service something.
 *
 * @throws ServiceError with the service's own sentence; an AbortError where the signal was given up.
 */
export async function call<T>(service: Service, path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET', body, headers = {}, signal } = options;
  const init: RequestInit = { method, signal, headers };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json', ...headers };
  }
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(
      address(service, path, options.query),
      init,
      ServerConnection.makeSettings()
    );
  } catch {
    if (signal?.aborted) {
      throw new DOMException('given up', 'AbortError');
    }
    throw new ServiceError(0, 'unreachable', 'This JupyterLab server does not answer. Is it still running?');
  }
  const text = await response.text();
  if (!response.ok) {
    throw refusal(response.status, response.statusText, text);
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Read a refusal: the studio sends problem JSON, MLflow `error_code` and `message`. */
export function refusal(status: number, statusText: string, text: string): ServiceError {
  let said: Record<string, unknown> = {};
  try {
    said = (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    // a proxy's own page; its status says as much as it does
  }
  const message = [said.detail, said.message].find(one => typeof one === 'string' && one);
  const code = [said.code, said.error_code].find(one => typeof one === 'string');
  const errors = Array.isArray(said.errors) ? (said.errors as { where: string; message: string }[]) : [];
  return new ServiceError(
    status,
    (code as string) ?? 'refused',
    (message as string) ?? `${status} ${statusText}`.trim(),
    errors
  );
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Give what an error says to people. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
