// A stream, in two looks: its entries in order, and its groups with who has what and since when.

import { html, type TemplateResult } from 'lit';
import type { KeyDetail, Micros } from '../../model/engine.ts';
import { words } from '../../model/words/values.ts';
import { viewer, type Look } from './registry.ts';

viewer('stream', {
  looks({ stream }) {
    const { view } = words();
    const looks: Look[] = [{ id: 'entries', label: view.entries, render: entries }];
    if ((stream?.groups.length ?? 0) > 0) looks.push({ id: 'groups', label: view.groups, render: groups, whole: true });
    return looks;
  },
});

function entries(detail: KeyDetail, now: Micros): TemplateResult {
  void import('./stream-entries.ts');
  return html`<rl-stream-entries .detail=${detail} .now=${now}></rl-stream-entries>`;
}

function groups(detail: KeyDetail, now: Micros): TemplateResult {
  void import('./stream-groups.ts');
  return html`<rl-stream-groups .detail=${detail} .now=${now}></rl-stream-groups>`;
}
