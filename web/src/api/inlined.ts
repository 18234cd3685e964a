// The engine as text: `deflate-raw`, then base64. Empty here; the build of the npm package puts it in
// (`tools/package.mjs`), so that the package needs no file to be found at run time by anybody.

export const DEFLATED = '';
