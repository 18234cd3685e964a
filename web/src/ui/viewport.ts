// Whether somebody works by touch, and how much of the page the on-screen keyboard hides. Keyboards shrink only the visual viewport, and nothing in CSS tells
// by how much: `--redloop-keyboard` does, on the root element.

const NAME = '--redloop-keyboard';

let watched = false;
let byTouch = false;

window.addEventListener('pointerdown', (event) => (byTouch = event.pointerType !== 'mouse'), { capture: true, passive: true });

/** Whether the page was last pointed at with a finger or a pen, on a device that has nothing finer. */
export function touching(): boolean {
  return byTouch && matchMedia('(pointer: coarse)').matches;
}

/** Keeps the variable up to date, and calls back whenever it may have changed. Gives a function that ends the calls. */
export function onKeyboard(call: () => void): () => void {
  const { visualViewport } = window;
  if (visualViewport === null) return () => undefined;
  if (!watched) {
    watched = true;
    visualViewport.addEventListener('resize', measure);
    visualViewport.addEventListener('scroll', measure);
  }
  measure();
  visualViewport.addEventListener('resize', call);
  return () => visualViewport.removeEventListener('resize', call);
}

function measure(): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  // Somebody who zooms in also sees less of the page; that is no keyboard.
  const hidden = visualViewport.scale > 1.01 ? 0 : Math.max(0, window.innerHeight - visualViewport.height - visualViewport.offsetTop);
  document.documentElement.style.setProperty(NAME, `${Math.round(hidden)}px`);
}
