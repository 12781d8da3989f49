const encoder = new TextEncoder();

/**
 * The signature of an event: base64 of the HMAC-SHA256 of the raw body, keyed with the receiver's secret.
 * Source: https://docs.celonis.com/en/event-authentication.html
 */
export async function signEvent(secret: string, body: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(body));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}
