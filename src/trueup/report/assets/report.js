'use strict';
// Filters the decisions; without this script the page shows all of them.
const fields = ['file', 'owner', 'action', 'level'];
const typing = (target) => target.matches('input, select, textarea');
const forms = [];

for (const section of document.querySelectorAll('[data-filtered]')) {
  const form = section.querySelector('.filter');
  const decisions = [...section.querySelectorAll('.decision')];
  const files = [...section.querySelectorAll('.file')];
  const nothing = section.querySelector('.nothing');
  const texts = new Map(decisions.map((each) => [each, `${each.dataset.file} ${each.textContent}`.toLowerCase()]));

  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || fields.some((name) => form.elements[name].value);
    let shown = 0;
    for (const each of decisions) {
      const fits = fields.every((name) => !form.elements[name].value || each.dataset[name] === form.elements[name].value);
      each.hidden = !(fits && words.every((word) => texts.get(each).includes(word)));
      shown += each.hidden ? 0 : 1;
    }
    for (const file of files) {
      file.hidden = active && !file.querySelector('.decision:not([hidden])');
      const link = section.querySelector(`a[href="#${file.id}"]`);
      if (link) link.parentElement.classList.toggle('off', file.hidden);
    }
    nothing.hidden = !(active && shown === 0);
    const all = decisions.length;
    form.querySelector('output').value = active ? `${shown} of ${all}` : `${all} decision${all === 1 ? '' : 's'}`;
  };

  form.hidden = decisions.length === 0;
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.querySelector('.reset').addEventListener('click', () => { form.reset(); apply(); });
  forms.push({ form, apply });
}

const step = (by) => {
  const shown = [...document.querySelectorAll('.decision')].filter((each) => each.offsetParent !== null);
  if (shown.length === 0) return;
  const here = shown.indexOf(document.querySelector('.decision.here'));
  const next = shown[Math.min(Math.max(here + by, 0), shown.length - 1)];
  document.querySelectorAll('.decision.here').forEach((each) => each.classList.remove('here'));
  next.classList.add('here');
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
const follow = () => { const target = document.getElementById(location.hash.slice(1)); if (target) open(target); };
addEventListener('hashchange', follow);
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
follow();
