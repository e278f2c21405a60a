// REST, version 10: the public API and nothing else.

import { messageForm } from './files.js';

export class APIError extends Error {
  constructor(status, body) {
    super(messageOf(status, body));
    this.status = status;
    this.code = body?.code ?? 0;
  }
}

function messageOf(status, body) {
  const first = firstError(body?.errors);
  if (first) return first;
  return body?.message ?? `The server answered ${status}.`;
}

// Validation errors come as a tree; the leaves have `_errors`.
function firstError(tree) {
  if (!tree || typeof tree !== 'object') return undefined;
  if (Array.isArray(tree._errors) && tree._errors[0]?.message) return tree._errors[0].message;
  for (const branch of Object.values(tree)) {
    const found = firstError(branch);
    if (found) return found;
  }
  return undefined;
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/// Messages in one page of history.
export const PAGE = 50;

export class API {
  constructor(base = '/api/v10') {
    this.base = base;
    this.token = null;
  }

  async request(method, path, body) {
    for (let attempt = 0; ; attempt += 1) {
      const headers = {};
      if (this.token) headers.Authorization = this.token;
      // A form names its own type, with the boundary.
      const isForm = body instanceof FormData;
      if (body !== undefined && !isForm) headers['Content-Type'] = 'application/json';
      const response = await fetch(this.base + path, {
        method, headers, body: body === undefined || isForm ? body : JSON.stringify(body),
      });
      const text = await response.text();
      const value = text && (response.headers.get('Content-Type') ?? '').includes('json') ? JSON.parse(text) : null;
      if (response.status === 429 && attempt < 3) {
        await pause(1000 * Math.min(30, Number(value?.retry_after) || 1));
        continue;
      }
      if (!response.ok) throw new APIError(response.status, value);
      return value;
    }
  }

  register(username, password, invite) {
    return this.request('POST', '/auth/register', { username, password, ...(invite ? { invite } : {}) });
  }

  /// `askCode` is called for accounts with a second factor.
  async login(login, password, askCode = () => window.prompt('The code of your authenticator app')) {
    const answer = await this.request('POST', '/auth/login', { login, password });
    if (!answer.mfa) return answer;
    return this.request('POST', '/auth/mfa/totp', { ticket: answer.ticket, code: askCode() ?? '' });
  }

  logout() {
    return this.request('POST', '/auth/logout', {});
  }

  me() {
    return this.request('GET', '/users/@me');
  }

  gateway() {
    return this.request('GET', '/gateway');
  }

  invite(code) {
    return this.request('GET', `/invites/${encodeURIComponent(code)}?with_counts=true`);
  }

  acceptInvite(code) {
    return this.request('POST', `/invites/${encodeURIComponent(code)}`, {});
  }

  messages(channel, before) {
    const query = before ? `&before=${before}` : '';
    return this.request('GET', `/channels/${channel}/messages?limit=${PAGE}${query}`);
  }

  sendMessage(channel, content, nonce, files = []) {
    const message = { content, nonce, enforce_nonce: true };
    return this.request(
      'POST', `/channels/${channel}/messages`, files.length > 0 ? messageForm(message, files) : message);
  }
}
