// The elements' worker as text. Empty here; the build of the npm package puts it in (`tools/package.mjs`).

export const WORKER = '';
