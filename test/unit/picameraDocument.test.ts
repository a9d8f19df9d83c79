import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ControlRule, PICAMERA_CONTROLS } from '../../engine/model/picameraControls';
import { missingIn, namesInRows, sectionOf, textOf } from '../support/documents';

const section = sectionOf(textOf('docs/raspberry-pi.md'), 'Controls by message');
const help = textOf('nodes/locales/en-US/picamera.html');
const rules: [string, ControlRule][] = Object.entries(PICAMERA_CONTROLS);
const rows = section.split('\n').filter(line => line.startsWith('| `'));

describe('The table of controls of a camera module', () => {
  it('has a row for each control and for nothing else', () => {
    assert.deepEqual(namesInRows(section).sort(), rules.map(([name]) => name).sort());
  });

  for (const [name, rule] of rules) {
    it(`tells what ${name} takes`, () => {
      const row = rows.find(line => line.split(' | ')[0]?.includes(`\`${name}\``)) ?? '';
      const values = row.split(' | ').slice(1).join();
      for (const value of valuesOf(rule)) {
        assert.ok(new RegExp(`(?<![\\w.])${value}(?![\\w.]\\w|\\w)`).test(values), String(value));
      }
    });
  }

  it('knows as many controls as the help does', () => {
    assert.deepEqual(
      missingIn(
        help,
        rules.map(([name]) => name),
      ),
      [],
    );
  });
});

/** What of a rule a table must tell. */
function valuesOf(rule: ControlRule): readonly (string | number)[] {
  switch (rule.kind) {
    case 'number':
      return [rule.least, rule.most];
    case 'choice':
      return rule.choices;
    case 'list':
      return [rule.most];
    case 'text':
      return rule.example.split(' or ');
    case 'flag':
    case 'region':
      return [];
    default:
      return rule satisfies never;
  }
}
