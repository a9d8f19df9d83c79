/**
 * The button of a dialog that tries out a camera or microphone with the settings as they stand in
 * the dialog, before they are deployed. Loaded by the html of the nodes.
 */
(() => {
  /** The shortest pause between two requests, in ms. */
  const PAUSE_MS = 100;

  /**
   * Lets `#TYPE-try` start and stop; `#TYPE-try-note` says what is wrong.
   * @param {object} parts
   * @param {string} parts.path admin route that answers with what is captured
   * @param {object} parts.node the node whose dialog is open
   * @param {'blob'|'json'} parts.type of the answer
   * @param {(result: Blob|object) => void} parts.show shows one answer
   * @param {() => void} parts.hide takes away what was shown
   * @returns {() => void} ends it, for when the dialog closes
   */
  function tryout({ path, node, type, show, hide }) {
    const button = $(`#${node.type}-try`);
    const note = $(`#${node.type}-try-note`);
    const text = key => node._(`${node.type}.try.${key}`);
    let run = 0;
    let asking = new AbortController();

    function stop() {
      if (run) {
        asking.abort();
        const end = request(`${path}/${encodeURIComponent(node.id)}`, {
          method: 'DELETE',
          keepalive: true,
        });
        // Where the server does not hear of it, the device is given back some seconds later.
        end.catch(() => {});
      }
      run = 0;
      button.text(text('start')).attr('aria-pressed', 'false');
      note.text('');
      hide();
    }

    async function start() {
      const mine = Date.now();
      run = mine;
      asking = new AbortController();
      const { signal } = asking;
      button.text(text('stop')).attr('aria-pressed', 'true');
      note.text(text('waiting'));
      while (run === mine) {
        const { result, problem } = await ask(
          path,
          { id: node.id, config: configOf(node) },
          type,
          signal,
        );
        if (run !== mine) return;
        if (result) show(result);
        note.text(problem || (result ? '' : text('waiting')));
        await new Promise(resolve => setTimeout(resolve, problem ? 1000 : PAUSE_MS));
      }
    }

    button.text(text('start')).attr('aria-pressed', 'false');
    button.on('click', () => (run ? stop() : void start()));
    return stop;
  }

  /** The settings and credentials as the fields of the dialog have them. */
  function configOf(node) {
    const { defaults, credentials = {} } = node._def;
    const config = {};
    for (const name of [...Object.keys(defaults), ...Object.keys(credentials)]) {
      const field = $(`#node-input-${name}`);
      if (field.length > 0) {
        config[name] = field.is(':checkbox') ? field.prop('checked') : field.val();
      }
    }
    return config;
  }

  /** One answer, or what is wrong. Never rejects. */
  async function ask(path, body, type, signal) {
    try {
      const response = await request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      if (response.status === 204) return {};
      if (response.ok) return { result: await response[type]() };
      return { problem: (await response.text()) || `HTTP ${response.status}` };
    } catch (error) {
      return { problem: error.message };
    }
  }

  /** A request as the editor makes them, with its login. */
  function request(path, { headers = {}, ...options }) {
    const token = RED.settings.get('auth-tokens')?.access_token;
    const login = token ? { Authorization: `Bearer ${token}` } : {};
    return fetch(path, { ...options, headers: { ...headers, ...login } });
  }

  window.rtcbotTryout = tryout;
})();
