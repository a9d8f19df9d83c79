/**
 * What the dialogs of the nodes share: rules for settings, pick lists of devices, addresses. Loaded
 * by the html of each node, by an address that begins with ./: a script with another relative address
 * that cannot be had would leave Node-RED's editor waiting for it for ever. Loaded so, it is there
 * before the html's own script or not at all. Every use of it is optional: a dialog opens without it.
 */
(() => {
  /** The node whose dialog is open: what stands in its fields counts, not what is saved. */
  let editing = null;

  const open = node => {
    editing = node;
  };
  const close = () => {
    editing = null;
  };

  /** A setting as it stands: in its field while the dialog of the node is open, else as saved. */
  function settingOf(node, name) {
    if (node !== editing) return node[name];
    const field = $(`#node-input-${name}`);
    return field.is(':checkbox') ? field.prop('checked') : field.val();
  }

  const isEmpty = value => value === undefined || value === null || String(value).trim() === '';
  /** Whether a variable of the environment stands in a setting: nobody knows here what it will be. */
  const isEnv = value => /\$\{[^}]+\}/.test(String(value));

  /**
   * A setting with its default and the rule that its validator follows. An environment variable is
   * always well.
   * @param {unknown} value default
   * @param {object} rule
   * @param {string} [rule.problem] what to say: key below `problem` in the catalog of the node
   * @param {boolean} [rule.needed] whether the setting may not be empty
   * @param {(node: object) => boolean} [rule.when] whether the setting counts. Default: always
   * @param {number} [rule.least] the least number, with `most`
   * @param {number} [rule.most] the greatest number
   * @param {number} [rule.step] of which the number is a multiple
   * @param {RegExp} [rule.like] what a text looks like, without blanks around it
   * @param {(text: string) => boolean} [rule.isGood] the same as a function
   * @param {(value: unknown, node: object) => string|undefined} [rule.wrong] in place of all the
   *   others but `when`: the key of what is wrong
   */
  function checked(value, rule) {
    return {
      value,
      // Node-RED shows a validator's text only if the validator takes two arguments.
      validate: function (v, _opt) {
        const wrong = wrongIn(v, this, rule);
        return wrong === undefined || this._(`${this.type}.problem.${wrong}`);
      },
    };
  }

  function wrongIn(value, node, { when, wrong, needed, problem, ...rest }) {
    if (isEnv(value) || (when && !when(node))) return undefined;
    if (wrong) return wrong(value, node);
    if (isEmpty(value)) return needed ? problem : undefined;
    return fits(String(value).trim(), rest) ? undefined : problem;
  }

  function fits(text, { like, isGood, least, most, step }) {
    if (like) return like.test(text);
    if (isGood) return isGood(text);
    if (least === undefined) return true;
    const number = Number(text);
    return number >= least && number <= most && (step === undefined || number % step === 0);
  }

  /** Texts that browsers leave alone as the path of an address. */
  const isPath = text => !/[?#%\\\p{Cc}]|(^|\/)\.\.?(\/|$)/u.test(text);

  const ORIGIN = /^(\*|null|([a-z][a-z\d+.-]*:\/\/)?(\*\.)?[^\s/*?#@\\]+\/?)$/i;

  /** Whether a text lists origins: servers, names, `*` or `null`, with blanks or commas between them. */
  const areOrigins = text => text.split(/[\s,;]+/).every(entry => !entry || ORIGIN.test(entry));

  /** The path as a node mounts it: with a slash in front, none at the end. */
  function normalPath(path) {
    if (isEnv(path)) return path;
    const parts = String(path ?? '')
      .trim()
      .split('/');
    return `/${parts.filter(Boolean).join('/')}`;
  }

  /** The address of a path, as the browser with the editor sees it. */
  function addressOf(path) {
    const root = normalPath(RED.settings.httpNodeRoot);
    return location.origin + (root === '/' ? '' : root) + encodeURI(normalPath(path));
  }

  /** Node-RED shows a field of its own in place of a typed one, and leaves it without a label. */
  function nameTyped(field, label) {
    const own = field.next('.red-ui-typedInput-container').find('.red-ui-typedInput-input');
    own.attr('aria-label', label);
  }

  const option = (value, text) => $('<option>').val(value).text(text);

  /**
   * Gives a function that asks the runtime for devices, and lets a button do it. Of several searches
   * the last one counts.
   * @param {object} parts
   * @param {string} parts.path admin route with the list
   * @param {object} parts.refresh the button
   * @param {() => object} [parts.query] of the route
   * @param {() => void} parts.begin a search begins
   * @param {(answer: object, query?: object) => void} parts.found
   * @param {() => void} parts.failed
   * @returns {() => void}
   */
  function deviceSearch({ path, refresh, query, begin, found, failed }) {
    let searches = 0;
    const search = () => {
      const number = ++searches;
      const isLast = () => number === searches;
      const asked = query?.();
      // Not disabled: that would take the focus from whoever uses the keyboard.
      refresh.attr('aria-busy', 'true').find('i').addClass('fa-spin');
      begin();
      $.getJSON(path, asked)
        .done(answer => {
          if (isLast()) found(answer, asked);
        })
        .fail(() => {
          if (isLast()) failed();
        })
        .always(() => {
          if (isLast()) refresh.removeAttr('aria-busy').find('i').removeClass('fa-spin');
        });
    };
    refresh.on('click', search);
    return search;
  }

  /**
   * The pick list of devices: fills `#TYPE-list`, hides `#TYPE-device-row` with the field for other
   * devices unless it is needed. What was typed or imported always stays.
   * @param {object} node the node whose dialog is open
   * @param {object} parts
   * @param {string} parts.path admin route with the list
   * @param {boolean} [parts.hasDefault] whether no device means a default one; else the first one
   *   found is taken
   * @param {() => object} [parts.query] of the route
   * @param {(answer: object, query?: object) => void} [parts.found] is told what was found
   * @returns {() => void} searches
   */
  function pickDevice(node, { path, hasDefault = false, query, found }) {
    const [list, refresh, row] = ['list', 'refresh', 'device-row'].map(part =>
      $(`#${node.type}-${part}`),
    );
    const device = $('#node-input-device');
    const DEFAULT = '';
    // No device: what is typed has no blanks around it.
    const OTHER = ' ';
    const text = (key, values) => node._(`${node.type}.devices.${key}`, values);

    function show(devices, other) {
      list.prop('disabled', false).empty();
      if (hasDefault) list.append(option(DEFAULT, defaultText(devices)));
      for (const { id, label } of devices) list.append(option(id, label).attr('title', id));
      list.append(option(OTHER, text(other)));
      const [first] = devices;
      if (!hasDefault && first && isEmpty(device.val())) device.val(first.id).trigger('change');
      const chosen = device.val().trim();
      const isListed = [...list.children()].some(({ value }) => value === chosen);
      list.val(isListed ? chosen : OTHER);
      row.toggle(list.val() === OTHER);
    }

    function defaultText(devices) {
      const usual = devices.find(({ isDefault }) => isDefault);
      return usual ? text('defaultIs', { label: usual.label }) : text('default');
    }

    const search = deviceSearch({
      ...{ path, refresh, query },
      begin: () => {
        list.prop('disabled', true).empty();
        list.append(option(OTHER, text('searching')));
      },
      found: (answer, asked) => {
        show(answer.devices, answer.devices.length > 0 ? 'other' : 'none');
        found?.(answer, asked);
      },
      failed: () => {
        show([], 'failed');
        found?.({ devices: [] });
      },
    });
    list.on('change', () => {
      const other = list.val() === OTHER;
      row.toggle(other);
      if (other) device.trigger('focus').trigger('select');
      else device.val(list.val()).trigger('change');
    });
    row.hide();
    return search;
  }

  /** The pick lists of sound devices and of the ways to them, which have names of their own each. */
  function pickSound(node, path) {
    const backend = $('#node-input-backend');
    const search = pickDevice(node, {
      path,
      hasDefault: true,
      query: () => ({ backend: backend.val() }),
      found: (answer, asked) => {
        // Says beside "automatic" what it comes to on this machine.
        const name = backend.find(`option[value="${answer.backend}"]`).text();
        if (asked?.backend !== 'auto' || !name) return;
        backend.find('option[value="auto"]').text(node._(`${node.type}.backend.autoIs`, { name }));
      },
    });
    backend.on('change', search);
  }

  window.rtcbotDialogs = {
    ...{ open, close, settingOf, checked, isEmpty, isEnv },
    ...{
      isPath,
      areOrigins,
      normalPath,
      addressOf,
      nameTyped,
      option,
      deviceSearch,
      pickDevice,
      pickSound,
    },
  };
})();
