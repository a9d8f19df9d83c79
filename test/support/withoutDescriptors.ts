import { closeSync, openSync } from 'node:fs';
import { Child, type ChildExit } from '../../engine/process/Child';
import { CHROMIUM_OFFER } from './browserOffers';
import { GroupRig } from './GroupRig';

// Run by itself, with a low limit of open files: what becomes of a group and of a child process when
// none is left. Its last line is JSON.

/** Everything that the system still gives. */
function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken;
  }
}

function exitOf(program: string): Promise<ChildExit> {
  return new Promise(exit => {
    new Child({ program, args: [], label: program }, { data() {}, exit });
  });
}

async function main(): Promise<void> {
  const rig = new GroupRig();
  const { browser } = await rig.connect();
  await browser.channel();
  const codeOf = (answer: Promise<unknown>) =>
    answer.then(
      () => 'answered',
      error => error.code,
    );
  // Once before, so that nothing is loaded any more when there is no descriptor left.
  await rig.group.answer(CHROMIUM_OFFER);
  const { code: before } = await exitOf('true');

  const taken = takeAll();
  const refused = await codeOf(rig.group.answer(CHROMIUM_OFFER));
  const { error } = await exitOf('true');
  (await browser.channel()).send('still here');
  await rig.heard('default: still here');
  for (const descriptor of taken) closeSync(descriptor);

  const after = await codeOf(rig.group.answer(CHROMIUM_OFFER));
  await rig.close();
  const child = (error as NodeJS.ErrnoException | undefined)?.code;
  process.stdout.write(`${JSON.stringify({ before, refused, child, after })}\n`);
}

void main();
