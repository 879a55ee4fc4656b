import { ServerConnection } from '@jupyterlab/services';
import { address, CallOptions, refusal, Service } from './request';

/**
 * Ask a service something whose answer comes bit by bit; EventSource could not say the server's XSRF value.
 *
 * @throws ServiceError with the service's own sentence; whatever fetch throws where there is no answer.
 */
export async function openStream(
  service: Service,
  path: string,
  options: Pick<CallOptions, 'query' | 'headers' | 'signal'> = {}
): Promise<ReadableStream<Uint8Array>> {
  const { query, headers, signal } = options;
  const response = await ServerConnection.makeRequest(
    address(service, path, query),
    { headers, signal },
    ServerConnection.makeSettings()
  );
  if (!response.ok || !response.body) {
    throw refusal(response.status, response.statusText, await response.text());
  }
  return response.body;
}
