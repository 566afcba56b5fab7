import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const picture = fileURLToPath(new URL('../../docs/thread.png', import.meta.url));

/** Beside the channel and the thread stand the list of channels and GitLab, which the picture leaves out. */
const left = 147;
const right = 304;
const top = 46;
const size = { width: 1550, height: 800 };

/** Takes the README's picture: the channel and, beside it, the thread of a release that waits to be promoted. */
export async function takePicture(page: Page): Promise<void> {
  await page.locator('#timeline').getByText('step 3 of 5').waitFor();
  await page.locator('#thread').getByText('Now: step 3 of 5').waitFor();
  await page.setViewportSize(size);
  // As high as the part of the thread that begins with the deploy.
  const hidden = await page.evaluate<number>(toTheEnd);
  const height = size.height + hidden;
  await page.setViewportSize({ ...size, height });
  await page.evaluate(toTheEnd);
  await page.screenshot({
    path: picture,
    clip: { x: left, y: top, width: size.width - left - right, height: height - top },
    animations: 'disabled',
  });
}

/** Runs in the browser: scrolls the thread to its end and says how far above the view the card of the deploy begins. */
const toTheEnd = `(() => {
  const part = document.getElementById('thread');
  const deploy = [...part.querySelectorAll('article')].find((one) => one.textContent.includes('Now: step 3 of 5'));
  part.scrollTop = part.scrollHeight;
  return Math.ceil(part.getBoundingClientRect().top - deploy.getBoundingClientRect().top);
})()`;
