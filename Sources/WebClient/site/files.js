// Files of messages: what is shown of those that came, and what is chosen to be sent.

const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const PICTURE_WIDTH = 360, PICTURE_HEIGHT = 260;

export const sizeText = octets => {
  const units = ['octets', 'KiB', 'MiB', 'GiB'];
  let size = octets, unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit += 1; }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
};

// Only links to this server become links: `url` is what the server signed.
function address(file) {
  const url = new URL(file.url, location.href);
  return url.pathname.startsWith('/attachments/') ? url.pathname + url.search : null;
}

/// Shows `files` in `list`; a picture keeps its place while it loads.
export function renderFiles(list, files) {
  const key = JSON.stringify(files.map(file => [file.id, file.description]));
  if (list.dataset.files === key) return;
  list.dataset.files = key;
  list.replaceChildren(...files.map(file => {
    const item = document.createElement('li');
    item.dataset.attachmentId = file.id;
    const link = document.createElement('a');
    const target = address(file);
    if (target) link.href = target;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    if (target && SHOWN.has(file.content_type) && file.width && !(file.flags & 8)) {
      const picture = document.createElement('img');
      const scale = Math.min(1, PICTURE_WIDTH / file.width, PICTURE_HEIGHT / file.height);
      picture.width = Math.max(1, Math.round(file.width * scale));
      picture.height = Math.max(1, Math.round(file.height * scale));
      picture.loading = 'lazy';
      picture.alt = file.description || file.filename;
      picture.src = target;
      link.append(picture);
    } else {
      link.textContent = `${file.filename} (${sizeText(file.size)})`;
    }
    item.append(link);
    return item;
  }));
}

/// The form of a message with `files`, as the API takes it.
export function messageForm(message, files) {
  const form = new FormData();
  form.append('payload_json', JSON.stringify({
    ...message, attachments: files.map((file, id) => ({ id, filename: file.name })),
  }));
  files.forEach((file, id) => form.append(`files[${id}]`, file, file.name));
  return form;
}
