'use strict';
// Filters findings and decisions; without this script the page shows all of them. The filter stands in the address
// (#?file=Makefile&rule=STD001), so that a filtered page can be linked to.
const fields = ['file', 'decision', 'rule', 'owner', 'sure'];
const typing = (target) => target.matches('input, select, textarea');
const forms = [];

for (const section of document.querySelectorAll('[data-filtered]')) {
  const form = section.querySelector('.filter');
  const entries = [...section.querySelectorAll('.entry')];
  const files = [...section.querySelectorAll('.file')];
  const parts = [...section.querySelectorAll('section')];
  const nothing = section.querySelector('.nothing');
  const texts = new Map(entries.map((each) => [each, `${each.dataset.file} ${each.textContent}`.toLowerCase()]));
  const fits = (each, name) => !form.elements[name].value || each.dataset[name] === form.elements[name].value;

  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || fields.some((name) => form.elements[name].value);
    let shown = 0;
    for (const each of entries) {
      each.hidden = !(fields.every((name) => fits(each, name)) && words.every((word) => texts.get(each).includes(word)));
      shown += each.hidden ? 0 : 1;
    }
    for (const file of files) {
      file.hidden = active && !file.querySelector('.entry:not([hidden])');
      const link = section.querySelector(`a[href="#${file.id}"]`);
      if (link) link.parentElement.classList.toggle('off', file.hidden);
    }
    for (const part of parts) part.hidden = active && !part.querySelector('.entry:not([hidden])');
    nothing.hidden = !(active && shown === 0);
    const all = entries.length;
    form.querySelector('output').value = active ? `${shown} of ${all}` : `${all} ${all === 1 ? 'entry' : 'entries'}`;
  };

  const note = () => {
    if (forms.length !== 1) return;
    const given = [...new FormData(form)].filter(([, value]) => value);
    history.replaceState(null, '', location.href.split('#')[0] + (given.length ? `#?${new URLSearchParams(given)}` : ''));
  };

  form.hidden = false;
  form.addEventListener('input', () => { apply(); note(); });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.querySelector('.reset').addEventListener('click', () => { form.reset(); apply(); note(); });
  forms.push({ form, apply });
}

const step = (by) => {
  const shown = [...document.querySelectorAll('.entry, .open .decision')].filter((each) => (each.checkVisibility ? each.checkVisibility() : each.offsetParent !== null));
  if (shown.length === 0) return;
  const here = shown.indexOf(document.activeElement.closest('.entry, .decision'));
  const next = shown[Math.min(Math.max(here + by, 0), shown.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'center' });
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && typing(event.target)) {
    forms.forEach(({ form, apply }) => { form.elements.text.value = ''; apply(); });
    event.target.blur();
  } else if (!typing(event.target) && event.key === '/' && forms.length) {
    event.preventDefault();
    forms[0].form.elements.text.focus();
  } else if (!typing(event.target) && (event.key === 'j' || event.key === 'k')) {
    step(event.key === 'j' ? 1 : -1);
  }
});

const open = (target) => { for (let each = target; each; each = each.parentElement) if (each.matches('details')) each.open = true; };
const follow = () => {
  if (location.hash.startsWith('#?')) {
    const asked = new URLSearchParams(location.hash.slice(2));
    forms.forEach(({ form, apply }) => {
      for (const [name, value] of asked) if (form.elements[name]) form.elements[name].value = value;
      apply();
    });
    return;
  }
  const target = document.getElementById(location.hash.slice(1));
  if (target) open(target);
};
addEventListener('hashchange', follow);
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
follow();
